#!/usr/bin/env python3
"""Holds what `boxtop eval` prints to the numbers of the reference evaluators, every field of every expected.json, through
the whole program.

usage: test_eval.py BOXTOP COCO-REFERENCE

Knows: the fields of expected.json and the program's JSON. Must not know: how a number is made. Skips (77) without the
folder.
"""
import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

STATS = ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl']
DIVISION, MEAN, PERCENT = 1e-12, 1e-9, 1e-6


class Pair:
    """One pair of files with its expected numbers; counts what is compared and keeps what differs."""

    def __init__(self, boxtop, folder):
        self.boxtop, self.folder, self.compared, self.differing = boxtop, folder, 0, []
        self.expected = json.loads((folder / 'expected.json').read_text())
        self.ids_from_zero = 'stats_with_annotation_ids_plus_one' in self.expected

    def eval(self, *options, detections=('dt.json',)):
        command = [self.boxtop, 'eval', '--gt', self.folder / 'gt.json', '--format', 'json', *options]
        for name in detections:
            command += ['--dt', self.folder / name]
        return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    def check(self, what, value, wanted, tolerance=0.0):
        self.compared += 1
        if wanted == -1 or value is None or wanted is None:
            same = value == wanted
        else:
            same = math.isclose(value, wanted, rel_tol=0, abs_tol=tolerance)
        if not same:
            self.differing.append(f'{self.folder.name}: {what} is {value}, not {wanted}')

    def check_list(self, what, values, wanted, tolerance=0.0):
        self.check(f'length of {what}', len(values), len(wanted))
        for i, (value, want) in enumerate(zip(values, wanted)):
            self.check(f'{what}[{i}]', value, want, tolerance)

    def walk(self):
        whole = self.eval('--per-image', '--sweep', '--errors', '--confusion', '--per-class')
        # Where an annotation has the id 0 the reference takes it for missed: its numbers of that case are its defect.
        wanted = self.expected['stats_with_annotation_ids_plus_one' if self.ids_from_zero else 'stats']
        self.check_list('stats', [whole['stats'][name] for name in STATS], wanted, MEAN)
        if not self.ids_from_zero:
            self.check_numbers(whole)
            self.check_counts()
            self.check_sweep(whole['sweep'])
        self.check_confusion(whole['confusion'])
        self.check_errors(whole['errors'])
        if 'paired_bootstrap' in self.expected:
            self.check_bootstrap()

    def check_numbers(self, whole):
        self.check_list('ap_per_iou', whole['ap_per_iou'], self.expected['ap_per_iou'], MEAN)
        classes = {str(row['category_id']): row for row in whole['per_class']}
        for category, numbers in self.expected['per_class'].items():
            row = [classes[category][name] for name in STATS]
            self.check_list(f'class {category}', row, numbers, MEAN)
        images = {row['image_id']: row for row in whole['images']}
        for image, *numbers in self.expected['per_image_12']:
            self.check_list(f'image {image}', [images[image][name] for name in STATS], numbers, MEAN)
        self.check_precision(whole['sweep']['precision_recall'])

    def check_precision(self, curves):
        expected = self.expected['precision_at']
        classes = {str(row['category_id']): row['precision'] for row in curves['per_class']}
        for i, iou in enumerate(expected['iou_index']):
            mean = [curves['precision'][iou][r] for r in expected['recall_index']]
            self.check_list(f'mean precision at {iou}', mean, expected['mean_over_classes'][i], MEAN)
            for category, rows in expected['class'].items():
                one = [classes[category][iou][r] for r in expected['recall_index']]
                self.check_list(f'precision of {category} at {iou}', one, rows[i], DIVISION)

    def check_counts(self):
        expected, rows = self.expected['counts_at_conf'], []
        for i, conf in enumerate(expected['conf']):
            whole = self.eval('--per-image', '--conf', str(conf), '--iou', str(expected['iou']))
            at = whole['at']
            self.check_list(f'counts at {conf}', [at['tp'], at['fp'], at['fn']], expected['total'][i])
            quotients = [at[key] or 0 for key in ('precision', 'recall', 'f1')]
            self.check_list(f'quotients at {conf}', quotients, expected['precision_recall_f1'][i], DIVISION)
            classes = {str(row['category_id']): row for row in at['per_class']}
            for category, counts in expected['per_class'].items():
                row = classes[category]
                self.check_list(f'{category} at {conf}', [row['tp'], row['fp'], row['fn']], counts[i])
            for n, row in enumerate(whole['images']):
                if i == 0:
                    rows.append([row['image_id']])
                rows[n] += [row['tp'], row['fp'], row['fn']]
        text = '\n'.join(' '.join(str(number) for number in row) for row in rows)
        same = hashlib.sha256(text.encode()).hexdigest() == expected['per_image_all_rows_sha256']
        self.check('digest of the rows of images', same, True)

    def check_sweep(self, sweep):
        expected = self.expected['f1']
        for name, key in (('micro_f1', 'f1'), ('macro_f1', 'macro_f1')):
            if name in expected:
                self.check_list(name, [value or 0 for value in sweep[key]], expected[name], DIVISION)
        counts = [[sweep[key][i] for key in ('tp', 'fp', 'fn')] for i in range(0, 101, 10)]
        for i, row in enumerate(expected.get('micro_tp_fp_fn_at_0_10_20', [])):
            self.check_list(f'counts at {i * 10} %', counts[i], row)
        self.check_best('best F1', sweep['best_f1'], expected['best_micro'])
        classes = {str(row['category_id']): row['best_f1'] for row in sweep['per_class']}
        for category, best in expected['best_per_class'].items():
            self.check_best(f'best F1 of {category}', classes[category], best)

    def check_best(self, what, best, wanted):
        if wanted is None:
            self.check(what, best['conf'], None)
        else:
            row = [best[key] for key in ('conf', 'f1', 'tp', 'fp', 'fn')]
            self.check_list(what, row, wanted, DIVISION)

    def check_confusion(self, confusion):
        expected = self.expected['confusion']
        wanted = [[0] * len(confusion['labels']) for _ in confusion['labels']]
        for predicted, true, count in expected['predicted_true_count']:
            wanted[predicted][true] = count
        self.check('confusion matrix', confusion['matrix'] == wanted, True)
        for key in ('sum', 'trace'):
            self.check(f'{key} of confusion', confusion[key], expected[key])
        boxes = sum(len(cell['boxes']) for cell in confusion['cells'])
        self.check('boxes behind the cells', boxes, expected['sum'])

    def check_errors(self, errors):
        expected = self.expected.get('tide')
        if not expected:
            return
        for name, count in expected['count'].items():
            self.check(f'errors {name}', errors['types'][name]['count'], count)
            listed = sum(box['type'] == name for box in errors['boxes'])
            self.check(f'boxes of {name}', listed, count)
            self.check(f'dAP {name}', errors['types'][name]['dAP'], expected['dAP_main'][name], PERCENT)
        self.check('AP50 of errors', errors['ap50'], expected['AP50_percent'], PERCENT)
        self.check('dAP FalsePos', errors['dAP_false_pos'], expected['dAP_special']['FalsePos'], PERCENT)
        self.check('dAP FalseNeg', errors['dAP_false_neg'], expected['dAP_special']['FalseNeg'], PERCENT)

    def check_bootstrap(self):
        expected, b = self.expected['paired_bootstrap'], self.expected['run_B']
        compare = self.eval('--bootstrap', str(expected['resamples']), detections=('dt.json', 'dtB.json'))['compare']
        self.check_list('stats of B', [compare['with']['stats'][name] for name in STATS], b['stats'], MEAN)
        classes = {str(row['category_id']): row['AP'] for row in compare['with']['per_class']}
        for category, value in b['per_class_AP'].items():
            self.check(f'AP of {category} of B', classes[category], value, MEAN)
        self.check('delta', compare['AP']['delta'], expected['delta'], MEAN)
        for name, key in (('AP', 'delta_p2.5_p97.5_mean_sd_fraction_positive'), ('AP50', 'delta50')):
            row = [compare[name][part] for part in ('low', 'high', 'mean', 'sd', 'b_better')]
            self.check_list(f'interval of {name}', row, expected[key], MEAN)
        for name in ('AP', 'AP50'):
            suffix = 'mAP' if name == 'AP' else name
            self.check(f'{name} of A', compare[name]['a'], expected[f'{suffix}_A'], MEAN)
            self.check(f'{name} of B', compare[name]['b'], expected[f'{suffix}_B'], MEAN)


def main():
    boxtop, folder = sys.argv[1], Path(sys.argv[2])
    pairs = sorted(path.parent for path in folder.glob('**/expected.json'))
    if not pairs:
        print(f'skipped: no pairs in {folder}')
        return 77
    compared, differing = 0, []
    for path in pairs:
        pair = Pair(boxtop, path)
        pair.walk()
        compared += pair.compared
        differing += pair.differing
    for line in differing[:40]:
        print(line)
    print(f'{len(pairs)} pairs, {compared} numbers compared, {len(differing)} differ')
    return 1 if differing or not compared else 0


if __name__ == '__main__':
    sys.exit(main())
