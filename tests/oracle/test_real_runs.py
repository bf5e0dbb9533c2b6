#!/usr/bin/env python3
"""Walks every expected.json of the real runs and holds what `boxtop ls` says to it: the facts that independent
readers found, through the whole program.

usage: test_real_runs.py BOXTOP REAL-RUNS

Knows: the shapes of expected.json and the program's JSON. Must not know: formats. Skips (77) without the folder.
"""
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

NUMBERS = {'count': 'count', 'first_step': 'first_step', 'first': 'first', 'last_step': 'last_step', 'last': 'last',
           'min': 'min', 'max': 'max', 'non_finite': 'nonfinite'}


class Walk:
    """One folder with its runs; counts what is compared and keeps what differs."""

    def __init__(self, boxtop, folder):
        self.folder, self.compared, self.differing = folder, 0, []
        with tempfile.TemporaryDirectory() as scratch:
            command = [boxtop, 'ls', '--format', 'json', '--index', f'{scratch}/index.db', str(folder)]
            self.runs = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    def say(self, what):
        self.differing.append(f'{self.folder.name}: {what}')

    def run_of(self, path):
        """The run that the file or directory PATH belongs to: the nearest above it."""
        best, depth = None, -1
        for run in self.runs:
            places = [run['run']] + [there['run'] if isinstance(there, dict) else there
                                     for there in run.get('absorbed', [])]
            for place in places:
                place = '' if place == self.folder.name else place
                inside = not place or path == place or path.startswith(place + '/')
                if inside and len(place) > depth:
                    best, depth = run, len(place)
        if best is None:
            self.say(f'{path}: no run')
        return best

    def number(self, where, is_there, wanted):
        if isinstance(wanted, (int, float)) and isinstance(is_there, (int, float)):
            same = math.isclose(is_there, wanted, rel_tol=1e-6, abs_tol=0)
        else:
            same = is_there == wanted
        self.compared += 1
        if not same:
            self.say(f'{where} is {is_there}, not {wanted}')

    def metrics(self, run, metrics, stem):
        for name, facts in (metrics or {}).items():
            # Of several tables in one run each has its metrics under its own name.
            metric = run['metrics'].get(name) or run['metrics'].get(f'{stem}/{name}')
            if name == 'seed' and 'seed' in run['params']:
                continue
            if metric is None:
                self.say(f'{run["run"]}: {name} is missing')
                continue
            for theirs, ours in NUMBERS.items():
                if theirs in facts:
                    self.number(f'{run["run"]}: {name}: {ours}', metric[ours], facts[theirs])
            if 'steps_go_back' in facts:
                self.number(f'{run["run"]}: {name}: restarts', metric['segments'] - 1, facts['steps_go_back'])

    def params(self, run, params):
        for name, wanted in (params or {}).get('values', {}).items():
            if name not in run['params']:
                self.say(f'{run["run"]}: parameter {name} is missing')
            elif isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
                self.number(f'{run["run"]}: {name}', run['params'][name], wanted)
            elif isinstance(wanted, str) and '...' not in wanted[-5:]:  # else it was cut
                is_there = run['params'][name]
                # Stores of text say "0.001" and "False".
                same = is_there == wanted or str(is_there) == wanted
                try:
                    same = same or float(wanted) == float(is_there)
                except (TypeError, ValueError):
                    pass
                self.compared += 1
                if not same:
                    self.say(f'{run["run"]}: {name} is {is_there!r}, not {wanted!r}')

    def fact(self, facts):
        for one in facts.get('runs', []):
            run = next((run for run in self.runs if run['run'].endswith(one.get('run_id') or one.get('run_uuid'))), None)
            if run is None:
                self.say(f'run {one.get("run_id", one.get("run_uuid"))} is missing')
                continue
            self.metrics(run, one['metrics'], '')
            self.params(run, one['params'])
        path = facts.get('file') or facts.get('dir')
        if not path or 'runs' in facts or facts.get('reader') == 'coco':
            return
        run = self.run_of(path)
        if run is None:
            return
        if 'scalar_tags' in facts and run['format'] != 'tensorboard':
            return  # an event file beside the log of the tool itself, which is believed
        self.metrics(run, facts.get('metrics') or facts.get('series'), Path(path).stem)
        for key in ('hparams', 'params', 'config'):
            self.params(run, facts.get(key))

    def walk(self, expected):
        checkpoints = [facts for facts in expected['facts'] if 'global_step' in facts]
        latest = max((facts['global_step'] for facts in checkpoints), default=None)
        for facts in expected['facts']:
            if facts.get('global_step', latest) != latest:
                continue  # a checkpoint that a later one repeats
            files = [one for one in facts.get('files', []) if isinstance(one, dict)]
            folders = [str(Path(one['file']).parent) for one in files]
            for one in files:
                # Several event files of one directory are one series; each was looked at alone.
                if folders.count(str(Path(one['file']).parent)) == 1:
                    self.fact(one)
            if not files:
                self.fact(facts)


def main(boxtop, folder):
    folders = sorted(path.parent for path in Path(folder).glob('*/expected.json'))
    if not folders:
        print('no real runs here')
        return 77
    compared, differing = 0, []
    for each in folders:
        walk = Walk(boxtop, each)
        walk.walk(json.loads((each / 'expected.json').read_text()))
        compared += walk.compared
        differing += walk.differing
        if not walk.compared and each.name != 'synthetic-torchvision-stdout':  # its facts are of another shape
            differing.append(f'{each.name}: nothing was compared')
    for line in differing:
        print(line)
    print(f'{len(folders)} folders, {compared} facts compared, {len(differing)} differ')
    return 1 if differing else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
