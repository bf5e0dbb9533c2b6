#!/usr/bin/env python3
"""The layout check must notice every kind of violation, and nothing in a tidy checkout."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import layout

TIDY = {
    'src/base/err.h': '/*\n * Errors.\n */\n#pragma once\n',
    'src/base/err.c': '#include "base/err.h"\n\n#include <stdio.h>\n',
    'src/store/db.c': '/* SQLite. */\n#include "base/err.h"\n\n#include <sqlite3.h>\n',
    'src/screen/paint_curses.c': '/* Curses. */\n#include <ncurses.h>\n',
    'src/work/scan.c': '/* "sprintf(" in a comment; */\nconst char *s = "strcpy(a, b)";\n',
}


def long_function(lines):
    return '/* One. */\nint f(void)\n{\n' + '    g();\n' * (lines - 2) + '}\n'


VIOLATIONS = [
    ('src/base/up.c', '/* a */\n#include "facts/run.h"\n', 'base must not include facts'),
    ('src/view/db.c', '/* a */\n#include "store/store.h"\n', 'view must not include store'),
    ('src/readers/x.c', '/* a */\n#include "eval/match.h"\n', 'readers must not include eval'),
    ('src/base/flat.c', '/* a */\n#include "err.h"\n', 'not written as "room/file.h"'),
    ('src/base/lost.c', '/* a */\n#include "base/nowhere.h"\n', 'does not exist'),
    ('src/attic/x.c', '/* a */\n', 'no room is called attic'),
    ('src/base/err.h', '/* a */\n#include "base/err.h"\n', 'an include circle'),
    ('src/work/db.c', '/* a */\n#include <sqlite3.h>\n', '<sqlite3.h> belongs in: store/'),
    ('src/screen/other.c', '/* a */\n#include <ncurses.h>\n', '<ncurses.h> belongs in'),
    ('src/eval/j.c', '/* a */\n#include <cjson/cJSON.h>\n', 'belongs in: readers/, work/'),
    ('src/view/s.c', '/* a */\n#include <sixel.h>\n', 'belongs in: picture/'),
    ('src/base/m.c', '/* a */\nvoid *f(void)\n{\n    return mmap(a, b);\n}\n', 'mmap() is banned'),
    ('src/base/bare.h', '#pragma once\n', 'does not open with a comment'),
    ('src/base/bare.c', 'int x;\n', 'opens with no comment'),
    ('src/base/long.c', long_function(61), 'the function has 61 lines'),
    ('src/base/huge.c', '/* a */\n' + 'int x;\n' * 700, 'longer than 700 lines'),
    ('src/base/bad.c', '/* a */\nvoid f(void)\n{\n    sprintf(a, b);\n}\n', 'sprintf() is banned'),
    ('tests/unit/bad.c', '/* a */\nint x = atoi("1");\n', 'atoi() is banned'),
    ('src/base/tab.c', '/* a */\n\tint x;\n', 'a tab'),
    ('src/base/blank.c', '/* a */ \n', 'trailing blanks'),
    ('src/base/end.c', '/* a */', 'the last line does not end'),
    ('src/base/home.c', '/* see /home/ann/notes */\n', 'the path of a private machine'),
    ('tests/fuzz/fuzz_new.c', '/* a */\n', 'no row in fuzz.def names this target'),
]


class Layout(unittest.TestCase):
    def violations(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding='utf-8')
            return layout.Check(folder).run()

    def test_tidy(self):
        self.assertEqual(self.violations(TIDY), [])
        self.assertEqual(self.violations({'src/base/ok.c': long_function(60)}), [])

    def test_each_violation_is_found_alone(self):
        for name, text, expected in VIOLATIONS:
            with self.subTest(expected=expected):
                files = {**TIDY, 'src/facts/run.h': '/* a */\n', 'src/store/store.h': '/* a */\n',
                         'src/eval/match.h': '/* a */\n', name: text}
                found = self.violations(files)
                self.assertEqual(len(found), 1, found)
                self.assertIn(expected, found[0])
                self.assertTrue(found[0].startswith(name + ':'), found[0])

    def test_circle_through_files(self):
        found = self.violations({'src/base/a.h': '/* a */\n#include "base/b.h"\n',
                                 'src/base/b.h': '/* b */\n#include "base/a.h"\n'})
        self.assertEqual(found, ['src/base/b.h:2: an include circle: '
                                 'base/a.h -> base/b.h -> base/a.h'])


if __name__ == '__main__':
    unittest.main()
