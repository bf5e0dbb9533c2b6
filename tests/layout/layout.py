#!/usr/bin/env python3
"""Holds the checkout to the rules of the house: who includes whom, sizes, banned functions, tidiness.

usage: layout.py CHECKOUT

Prints one line a violation, "FILE:LINE: what is wrong", and exits 1 when there is any.
Knows: text of C files, line by line. Must not know: what any of it does.
"""
import re
import sys
from pathlib import Path

# The floors: what each room may include besides itself.
ROOMS = {
    'base': set(),
    'facts': {'base'},
    'screen': {'base'},
    'readers': {'facts', 'base'},
    'store': {'facts', 'base'},
    'eval': {'facts', 'base'},
    'picture': {'facts', 'base'},
    'record': {'readers', 'facts', 'base'},
    'work': {'readers', 'store', 'eval', 'picture', 'facts', 'base'},
    'view': {'work', 'eval', 'screen', 'facts', 'base'},
    'app': {'view', 'work', 'record', 'screen', 'facts', 'base'},
}

# Libraries: the header as a pattern, and the rooms or files that may include it.
LIBRARIES = [
    # The index is the store's; one reader reads databases that other programs made.
    (r'sqlite3(ext)?\.h', ['store/', 'readers/sqlite_file', 'readers/mlflow_sqlite.c']),
    (r'archive(_entry)?\.h', ['readers/zip_file']),
    (r'(.*/)?(n?curses(w|es)?|term|panel|menu|form)\.h', ['screen/paint_curses.c']),
    (r'(.*/)?cJSON(_Utils)?\.h', ['readers/', 'work/']),
    (r'sixel\.h', ['picture/']),
    (r'(jpeglib|turbojpeg|jerror|spng|tiffio|chafa)\.h|webp/.*', ['picture/']),
    (r'yaml\.h|expat\.h', ['readers/']),
    (r'utf8proc\.h', ['base/']),
    (r'xxhash\.h', ['base/']),
]

BANNED = re.compile(r'\b(strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|gets|gmtime|localtime|asctime|ctime|'
                    r'atof|atoi|mmap|tmpnam|mktemp|alloca)\s*\(')
OWN_MEMORY = 'MAP_ANONYMOUS'  # mmap() of no file, which nobody can cut short
PRIVATE_PATH = re.compile(r'/(home|Users)/(?!someone/)[a-z]\w*/\w|/(root|work)/\w')
FUNCTION_LINES, FILE_LINES = 60, 700

TOP = ['src', 'include', 'tests', 'themes', 'sample-runs']
TEXT = {'.c', '.h', '.def', '.py', '.build', '.md', '.theme'}


def without_comments_and_strings(text):
    """The C text with comments and literals blanked, line by line in its old place."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return token.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)


class Check:
    """One pass over a checkout; `found` fills with the violations."""

    def __init__(self, root):
        self.root = Path(root)
        self.found = []
        self.includes = {}  # "room/file" -> [(line, "room/file")]

    def say(self, path, line, what):
        self.found.append(f'{path}:{line}: {what}')

    def run(self):
        for top in TOP:
            for path in sorted((self.root / top).rglob('*')):
                name = path.relative_to(self.root).as_posix()
                if path.is_file() and self.is_text(path, name):
                    self.check_file(path, name)
        for name in ('meson.build', 'meson_options.txt', 'bootstrap', 'README.md', 'CHANGELOG.md'):
            if (self.root / name).is_file():
                self.check_file(self.root / name, name)
        self.check_cycles()
        self.check_fuzz_rows()
        return self.found

    @staticmethod
    def is_text(path, name):
        """Program text; sample runs hold data, which may look as it likes."""
        if name.startswith('sample-runs/'):
            return path.suffix == '.py' and name.count('/') == 1
        return path.suffix in TEXT and '/seeds/' not in name

    def check_file(self, path, name):
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            self.say(name, 1, 'is not UTF-8')
            return
        self.check_tidiness(name, text)
        if path.suffix in {'.c', '.h'}:
            self.check_c(path, name, text)
        if path.suffix in {'.c', '.h', '.def'} and name.startswith('src/'):
            self.check_includes(name, text)

    def check_tidiness(self, name, text):
        rules_text = name in ('tests/layout/layout.py', 'tests/layout/test_layout.py')
        lines = text.split('\n')
        for number, line in enumerate(lines, 1):
            if '\t' in line:
                self.say(name, number, 'a tab')
            if line != line.rstrip():
                self.say(name, number, 'trailing blanks')
            if PRIVATE_PATH.search(line) and not rules_text:
                self.say(name, number, 'the path of a private machine')
        if text and not text.endswith('\n'):
            self.say(name, len(lines), 'the last line does not end')
        if len(lines) - 1 > FILE_LINES and not name.endswith('.md'):
            self.say(name, len(lines) - 1, f'the file is longer than {FILE_LINES} lines')

    def check_c(self, path, name, text):
        introduced = text.startswith('/*')
        if path.suffix == '.h' and not introduced:
            self.say(name, 1, 'the header does not open with a comment that introduces it')
        if path.suffix == '.c' and not introduced and not path.with_suffix('.h').exists():
            self.say(name, 1, 'the file opens with no comment, and no header introduces it')
        bare = without_comments_and_strings(text)
        start = None
        for number, line in enumerate(bare.split('\n'), 1):
            match = BANNED.search(line)
            if match and not (match.group(1) == 'mmap' and OWN_MEMORY in line):
                self.say(name, number, f'{match.group(1)}() is banned')
            if line.startswith('{'):
                start = number
            elif line.startswith('}') and start is not None:
                if number - start + 1 > FUNCTION_LINES:
                    self.say(name, start, f'the function has {number - start + 1} lines, '
                                          f'more than {FUNCTION_LINES}')
                start = None

    def check_includes(self, name, text):
        here = name[len('src/'):]
        room = here.split('/')[0]
        if room not in ROOMS:
            self.say(name, 1, f'no room is called {room}')
            return
        self.includes[here] = []
        for number, line in enumerate(text.split('\n'), 1):
            ours = re.match(r'\s*#\s*include\s*"([^"]*)"', line)
            theirs = re.match(r'\s*#\s*include\s*<([^>]*)>', line)
            if ours:
                self.check_room(name, number, room, ours.group(1))
                self.includes[here].append((number, ours.group(1)))
            elif theirs:
                self.check_library(name, number, here, theirs.group(1))

    def check_room(self, name, number, room, target):
        other = target.split('/')[0]
        if target.startswith('boxtop/'):
            return  # the public C API
        if '/' not in target or other not in ROOMS:
            self.say(name, number, f'"{target}" is not written as "room/file.h"')
        elif other != room and other not in ROOMS[room]:
            self.say(name, number, f'{room} must not include {other} ("{target}")')
        elif not (self.root / 'src' / target).is_file():
            self.say(name, number, f'"{target}" does not exist')

    def check_library(self, name, number, here, header):
        for pattern, places in LIBRARIES:
            if re.fullmatch(pattern, header) and not any(here.startswith(p) for p in places):
                self.say(name, number, f'<{header}> belongs in: {", ".join(places)}')

    def check_cycles(self):
        """No file reaches itself through includes."""
        state = {}

        def walk(name, trail):
            state[name] = 'open'
            for number, target in self.includes.get(name, []):
                if state.get(target) == 'open':
                    knot = trail[trail.index(target):] + [target]
                    self.say('src/' + name, number, 'an include circle: ' + ' -> '.join(knot))
                elif target not in state:
                    walk(target, trail + [target])
            state[name] = 'done'

        for name in sorted(self.includes):
            if name not in state:
                walk(name, [name])

    def check_fuzz_rows(self):
        """A fuzz target that no row names would never be built."""
        folder = self.root / 'tests' / 'fuzz'
        rows = folder / 'fuzz.def'
        named = set(re.findall(r'^FUZZ\((\w+)', rows.read_text(), re.M)) if rows.exists() else set()
        for path in sorted(folder.glob('fuzz_*.c')):
            if path.stem[len('fuzz_'):] not in named:
                self.say(f'tests/fuzz/{path.name}', 1, 'no row in fuzz.def names this target')


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1], 'src').is_dir():
        print(__doc__.strip(), file=sys.stderr)
        return 2
    check = Check(sys.argv[1])
    found = check.run()
    for line in found:
        print(line)
    print(f'{len(found)} violations in {len(check.includes)} files of src')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
