#!/usr/bin/env python3
"""Holds the sample runs to what they promise: every score that a run logged is the one that boxtop
computes from the predictions beside it, and the story that they tell is there.

usage: test_samples.py BOXTOP SAMPLE-RUNS

Knows: the program's JSON, per_image.csv. Must not know: the layouts that the runs are written in.
"""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SCORES = {'AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl', 'F1'}
DEAD = 'fcos-r18-stock-start'
MOST_BYTES = 6 << 20
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def ask(boxtop, index, *words):
    """What the program prints as JSON."""
    command = [boxtop, words[0], '--format', 'json', *words[1:]]
    if words[0] != 'eval' or '--gt' not in words:
        command += ['--index', index]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def is_near(logged, computed):
    """Logs are rounded to six digits, or are single precision."""
    if logged is None or computed is None or isinstance(logged, str):
        return logged == computed or computed == -1  # where undefined, a log may say NaN
    return math.isclose(logged, computed, rel_tol=1e-5, abs_tol=1e-9)


def check_logged(run):
    """Each series of scores that a run logged, beside the one computed. Returns how many."""
    metrics, compared = run['metrics'], 0
    for name, logged in metrics.items():
        if logged['role'] not in SCORES or name.startswith('eval/'):
            continue
        computed = metrics[f'eval/{logged["role"]}']
        scale = 100 if name.startswith('bbox/') and logged['role'] != 'F1' else 1
        check(logged['count'] == computed['count'], f'{run["run"]}: {name}: not as many as computed')
        for key in ('first', 'last', 'min', 'max'):
            wanted = computed[key]
            if scale != 1 and wanted is not None and wanted >= 0:
                wanted *= scale
            if wanted == -1 and scale != 1:
                continue
            check(is_near(logged[key], wanted),
                  f'{run["run"]}: {name}: {key} is {logged[key]}, computed {wanted}')
        compared += 1
    return compared


def check_images(boxtop, index, folder):
    """per_image.csv, number by number, beside the last step's evaluation."""
    images = ask(boxtop, index, 'eval', str(folder), '--per-image')['images']
    with (folder / 'per_image.csv').open() as file:
        rows = list(csv.DictReader(file))
    check(len(rows) == len(images), f'{folder.name}: per_image.csv has {len(rows)} rows')
    for row, image in zip(rows, images):
        for name, text in row.items():
            wanted = image[name]
            if name == 'file_name':
                check(text == wanted, f'{folder.name}: per_image.csv: {text} is not {wanted}')
            else:
                check(is_near(float(text) if text else None, wanted),
                      f'{folder.name}: {image["file_name"]}: {name} is {text}, computed {wanted}')


# What commands print of the runs, held in expected/NAME.txt.
GOLDEN = {
    'ls': ['ls', '.', '--columns', 'name,format,status,AP,AP@,AP50,APs,F1,loss,ms/img,parameters,lr,epochs,seed'],
    'diff': ['diff', 'fasterrcnn-r18', 'fasterrcnn-r18-pretrained', 'maskrcnn-r18-pretrained'],
    'show': ['show', 'ssd-r18'],
    'eval': ['eval', 'fcos-r18-stock-start', '--conf', '0.4'],
}


def check_golden(boxtop, index, samples):
    """Compares, or with BOXTOP_UPDATE_GOLDEN=1 writes."""
    for name, words in GOLDEN.items():
        printed = subprocess.run([boxtop, *words, '--index', index], cwd=samples, stdout=subprocess.PIPE,
                                 check=True, text=True).stdout.replace(str(samples), 'SAMPLES')
        expected = Path(__file__).parent / 'expected' / f'{name}.txt'
        if os.environ.get('BOXTOP_UPDATE_GOLDEN') == '1':
            expected.write_text(printed)
        check(printed == expected.read_text(), f'boxtop {" ".join(words)}: prints other than {expected.name}')


def best(run, role):
    return run['metrics'][f'eval/{role}']['max']


def main(boxtop, samples):
    boxtop, samples = str(Path(boxtop).resolve()), Path(samples).resolve()
    folders = sorted(path.parent for path in samples.glob('*/per_image.csv'))
    with tempfile.TemporaryDirectory() as scratch:
        os.environ['XDG_CACHE_HOME'] = scratch
        index = str(Path(scratch) / 'index.db')
        runs = {run['run']: run for run in ask(boxtop, index, 'ls', str(samples))}
        check(sorted(runs) == [folder.name for folder in folders],
              f'the runs are {sorted(runs)}, one a directory is wanted')
        check(len({run['format'] for run in runs.values()}) >= 6, 'fewer than six layouts')
        for run in runs.values():
            check(run['status'] == 'finished', f'{run["run"]}: is {run["status"]}')
            check(not run['notes'], f'{run["run"]}: {run["notes"]}')
            check(check_logged(run) >= len(SCORES), f'{run["run"]}: scores are missing in its log')
        for folder in folders:
            check_images(boxtop, index, folder)
        check_golden(boxtop, index, samples)
    working = [best(run, 'AP') for name, run in runs.items() if name != DEAD]
    check(best(runs[DEAD], 'AP') < 0.01, f'{DEAD}: AP {best(runs[DEAD], "AP")}: is not dead')
    check(sum(best(run, 'AP50') >= .5 for run in runs.values()) >= 3, 'fewer than three reach AP50 .5')
    check(max(working) - min(working) >= .15, 'the best and the worst are too close')
    size = sum(path.stat().st_size for path in samples.rglob('*') if path.is_file())
    check(size < MOST_BYTES, f'{size} bytes are too many')
    for failure in failures:
        print(failure)
    print(f'{len(runs)} runs, {len(failures)} failures')
    return bool(failures) or not runs


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
