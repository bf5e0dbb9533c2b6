#!/usr/bin/env python3
"""Plots as a person asks for them: SVG that an XML parser takes, PNG that decodes, the points as CSV
and JSON, text of the size that was asked for, and wrong words refused.

usage: test_plot.py BOXTOP

Knows: the program's options, SVG, PNG. Must not know: how anything is drawn.
"""
import csv
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
import zlib
from pathlib import Path

SVG = '{http://www.w3.org/2000/svg}'
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def write_run(root, name, seed, values, config=None):
    run = root / name
    run.mkdir(parents=True)
    rows = ['step,wall_time,epoch,train/loss,val/AP']
    rows += [f'{i},{1714543200 + 60 * i},{i // 4},{v},{"" if i % 4 else 0.1 + i / 100}'
             for i, v in enumerate(values)]
    (run / 'metrics.csv').write_text('\n'.join(rows) + '\n')
    (run / 'config.json').write_text(json.dumps(config or {'lr': 0.1, 'seed': seed}))
    return str(run)


class Program:
    def __init__(self, boxtop, index):
        self.boxtop, self.index = boxtop, index

    def run(self, *words, status=0, env=None):
        """What it prints; its exit status must be STATUS."""
        done = subprocess.run([self.boxtop, 'plot', '--index', self.index, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env={**os.environ, 'LC_ALL': 'C.UTF-8', **(env or {})})
        check(done.returncode == status,
              f'{words}: exit {done.returncode}, not {status}: {done.stderr.decode(errors="replace")}')
        check(status == 0 or done.stderr.count(b'\n') == 1, f'{words}: an error is one line')
        return done.stdout.decode()


def read_png(data):
    """Width, height and rows of an 8-bit RGB PNG without interlacing."""
    check(data[:8] == b'\x89PNG\r\n\x1a\n', 'a PNG begins with its mark')
    at, pixels = 8, b''
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        check(zlib.crc32(kind + body) == struct.unpack('>I', data[at + 8 + length:at + 12 + length])[0],
              f'the checksum of {kind}')
        if kind == b'IHDR':
            width, height, depth, colour = struct.unpack('>IIBB', body[:10])
            check((depth, colour) == (8, 2), 'the PNG is 8-bit RGB')
        if kind == b'IDAT':
            pixels += body
        at += 12 + length
    raw, stride, rows, before = zlib.decompress(pixels), width * 3, [], bytes(width * 3)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left = line[i - 3] if i >= 3 else 0
            up, corner = before[i], before[i - 3] if i >= 3 else 0
            if kind == 4:
                guess = left + up - corner
                nearest = min((left, up, corner), key=lambda v: abs(guess - v))
                line[i] = (line[i] + nearest) & 255
            else:
                line[i] = (line[i] + (0, left, up, (left + up) // 2)[kind]) & 255
        rows.append(bytes(line))
        before = rows[-1]
    return width, height, rows


def test_svg(program, runs, top):
    path = top / 'out.svg'
    program.run(*runs, '-m', 'loss,AP', '-o', str(path), '--width', '700', '--height', '300')
    tree = xml.fromstring(path.read_text())
    check(tree.get('width') == '700' and int(tree.get('height')) > 600, 'the SVG has the size asked for')
    texts = [t.text for t in tree.iter(SVG + 'text')]
    check('loss' in texts and 'AP' in texts, 'the panels are titled')
    check(any('<b>&"' in (t or '') for t in texts), 'a hostile name is a text')
    check(not any('\x1b' in (t or '') for t in texts), 'no escape gets into the SVG')
    for shape in tree.iter(SVG + 'polyline'):
        for point in shape.get('points').split():
            x, y = map(float, point.split(','))
            check(0 <= x <= 700 and 0 <= y <= float(tree.get('height')), f'{point} lies in the picture')
    strokes = {s.get('stroke') for s in tree.iter(SVG + 'polyline') if s.get('stroke-width') == '1.80'}
    check(len(strokes) == len(runs), f'each run has its colour: {strokes}')
    program.run(*runs, '-m', 'loss', '-o', str(path), '--theme', 'mono')
    dashes = {s.get('stroke-dasharray') for s in xml.fromstring(path.read_text()).iter(SVG + 'polyline')
              if s.get('stroke-width') == '1.80'}
    check(len(dashes) >= 3, f'without colours strokes differ: {dashes}')


def test_png(program, runs, top):
    path = top / 'out.png'
    program.run(*runs, '-m', 'loss', '-o', str(path), '--width', '400', '--height', '240')
    width, height, rows = read_png(path.read_bytes())
    check(width == 400 and 240 < height < 400, f'the PNG has the size asked for: {width}x{height}')
    colours = {row[i:i + 3] for row in rows for i in range(0, len(row), 3)}
    check(len(colours) > 50, 'lines have soft edges')
    check(bytes((255, 255, 255)) in colours, 'the light theme lies on white')


def test_numbers(program, runs):
    answer = json.loads(program.run(runs[0], '-m', 'loss', '--format', 'json'))
    points = answer[0]['raw']
    check([p['last'] for p in points] == [9, 8, 7, 6, 5, 4, 3, 2], 'every point is there')
    check([p['x'] for p in points] == list(range(8)), 'x is the step')
    smooth = json.loads(program.run(runs[0], '-m', 'loss', '--format', 'json', '--smooth', 'ema:0.5'))
    check(abs(smooth[0]['smooth'][1]['last'] - (9 * .25 + 8 * .5) / .75) < 1e-12, 'the average is debiased')
    rows = list(csv.DictReader(io.StringIO(program.run(
        runs[0], '-m', 'loss', '--format', 'csv', '--width', '2', '-x', 'time'))))
    check([float(r['min']) for r in rows] == [6, 2] and [float(r['max']) for r in rows] == [9, 5],
          'an envelope of two columns')
    check(float(rows[1]['to_x']) == 7 * 60, 'x is the time since the start')
    band = json.loads(program.run(*runs[:2], '-m', 'loss', '--band', '--format', 'json'))
    first = band[0]['band'][0]
    check(band[0]['runs'] == 2 and first['mean'] == 8.5, 'a band over two seeds')
    check(abs(first['max'] - 8.5 - 0.5 ** 0.5) < 1e-12, 'its width is the deviation of a sample')


def test_text(program, runs):
    text = program.run(runs[0], '-m', 'loss', '--width', '60', '--height', '10')
    lines = text.splitlines()
    check(len(lines) == 10 and max(map(len, lines)) <= 60, 'the text has the size asked for')
    check(any(0x2800 < ord(c) < 0x2900 for c in text) and '\x1b' not in text, 'Braille without escapes')
    plain = program.run(*runs, '-m', 'loss', env={'LC_ALL': 'C', 'LANG': 'C'})
    check(plain.isascii() and len(plain.splitlines()) == 20, 'ASCII without UTF-8')
    wide = program.run(runs[0], '-m', 'loss,val/AP', '--log-y', '--log-x', '-x', 'epoch')
    check(len(wide.splitlines()) == 40, 'two metrics, two charts')


def test_wrong_words(program, runs):
    for words in (['-m', 'nothing'], [], ['-m', 'loss', '--smooth', 'ema:2'], ['-m', 'loss', '-x', 'nothing'],
                  ['-m', 'loss', '-o', 'x.gif'], ['-m', 'loss', '--format', 'markdown'],
                  ['-m', 'loss', '--width', '3'], ['-m', 'loss', '--height', '1e9'],
                  ['-m', 'loss', '-o', 'x.png', '--width', '1']):
        program.run(runs[0], *words, status=2)
    program.run('-m', 'loss', status=2)
    program.run(runs[0], '-m', 'loss', '-o', '/nowhere/at/all.svg', status=3)


def main():
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        runs = [write_run(top / 'runs', 'one', 1, range(9, 1, -1)),
                write_run(top / 'runs', 'two', 2, range(8, 0, -1)),
                write_run(top / 'runs', '<b>&"\x1b[31m', 1, [5, 'nan', 4, 3, 3, 'inf', 2, 1], {'lr': 9})]
        program = Program(sys.argv[1], str(top / 'index.db'))
        test_svg(program, runs, top)
        test_png(program, runs, top)
        test_numbers(program, runs)
        test_text(program, runs)
        test_wrong_words(program, runs)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
