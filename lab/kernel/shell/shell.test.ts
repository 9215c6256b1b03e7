// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text holds them.
/** bash's language: what scripts print and how they end. Expected values are those of bash 4.2. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../../test-hosts.ts';

let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts();
});
afterAll(() => hosts.close());

const scripts: readonly [title: string, script: string, stdout: string, code: number, stderr?: string][] = [
  ['words are split, quotes keep them', 'x="a  b"; printf "<%s>" $x "$x"', '<a><b><a  b>', 0],
  [
    '"$@" keeps arguments, none is no word',
    'f() { printf "<%s>" "$@"; echo $#; }; f "a b" c; f',
    '<a b><c>2\n<>0\n',
    0,
  ],
  ['defaults and alternatives', 'y=1; echo ${x:-d} ${y:+set} ${y-no} "${z:=q}" $z', 'd set 1 q q\n', 0],
  [
    'removal and replacement',
    'p=/a/b.tar.gz; echo ${p##*/} ${p%%.*} ${p%.*} ${p/b/c} ${#p}',
    'b.tar.gz /a/b /a/b.tar /a/c.tar.gz 11\n',
    0,
  ],
  ['substrings and case', 'v=hello; echo ${v:1:3} ${v: -2} ${v^} ${v^^}', 'ell lo Hello HELLO\n', 0],
  ['arrays', 'a=(x "y z"); a+=(w); a[5]=v; echo ${#a[@]} "${a[1]}" ${!a[@]}', '4 y z 0 1 2 5\n', 0],
  ['associative arrays', 'declare -A m; m[k]=v; m[b c]=2; echo ${m[k]} ${m[b c]}', 'v 2\n', 0],
  ['arithmetic', 'i=3; echo $((i*2+1)) $((i>2?7:8)); ((i+=2)); let i++; echo $i', '7 7\n6\n', 0],
  ['((0)) fails', '((0)) || echo no', 'no\n', 0],
  ['braces', 'echo {1..3} a{b,c}d {03..05}', '1 2 3 abd acd 03 04 05\n', 0],
  ['here-documents expand unless quoted', "x=1; cat <<A; cat <<'B'\n$x\nA\n$x\nB\n", '1\n$x\n', 0],
  ['here-strings', 'read -r a b <<< "one two three"; echo "$b"', 'two three\n', 0],
  ['substitution strips newlines and gives its code', 'x=$(printf "a\\n\\n"; exit 3); echo "$x" $?', 'a 3\n', 0],
  ['$? in an assignment is the code before it', 'false; c=$?; true; d=$?; echo $c $d', '1 0\n', 0],
  ['case', 'case foo.rpm in *.deb) echo d;; *.rpm|x) echo r;; esac', 'r\n', 0],
  [
    '[[ ]] patterns and regular expressions',
    '[[ host12 == host?? && host12 =~ ([0-9]+)$ ]] && echo ${BASH_REMATCH[1]}',
    '12\n',
    0,
  ],
  ['test with files and numbers', '[ -f /etc/os-release -a 3 -gt 2 ] && test ! -e /nosuch && echo ok', 'ok\n', 0],
  [
    'loops',
    'for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; while read -r l; do echo "<$l>"; done < <(printf "a\\nb\\n")',
    '1\n3\n<a>\n<b>\n',
    0,
  ],
  ['functions, local and return', 'f() { local v=in; return 4; }; v=out; f; echo $? $v', '4 out\n', 0],
  [
    'pipes give the last code, pipefail the failed one',
    'false | true; echo $?; set -o pipefail; false | true; echo $?',
    '0\n1\n',
    0,
  ],
  ['PIPESTATUS', 'false | true | (exit 3); echo ${PIPESTATUS[@]}', '1 0 3\n', 0],
  [
    'set -e leaves, not in conditions',
    'set -e; if false; then :; fi; false || true; ! true; echo here; false; echo never',
    'here\n',
    1,
  ],
  ['set -u', 'set -u; echo $nosuch; echo never', '', 1, '/bin/bash: nosuch: unbound variable\n'],
  ['unknown program', 'nosuch a', '', 127, '/bin/bash: nosuch: command not found\n'],
  ['not executable', 'touch /root/f; /root/f', '', 126, '/bin/bash: /root/f: Permission denied\n'],
  ['a missing path', '/no/such', '', 127, '/bin/bash: /no/such: No such file or directory\n'],
  [
    'redirection into nowhere',
    'echo x > /no/dir/f; echo $?',
    '1\n',
    0,
    '/bin/bash: /no/dir/f: No such file or directory\n',
  ],
  [
    'descriptors',
    'exec 3>/root/three; echo a >&3; echo b >&3; exec 3>&-; cat /root/three; { echo e >&2; echo o; } 2>&1 >/dev/null',
    'a\nb\ne\n',
    0,
  ],
  [
    'exec >file takes the rest of the output',
    '(exec >/root/all 2>&1; echo one; nosuch); cat /root/all',
    'one\n/bin/bash: nosuch: command not found\n',
    0,
  ],
  ['trap EXIT runs at the end and keeps the code', 'trap "echo bye" EXIT; exit 5', 'bye\n', 5],
  ['traps of signals', 'trap "echo got" TERM; kill -TERM $$; echo after', 'got\nafter\n', 0],
  ['background and wait', '(sleep 2; exit 7) & echo started; wait $!; echo $?', 'started\n7\n', 0],
  [
    'a signal shows as 128+n',
    'sleep 50 & kill -9 $!; wait $!; echo $?; sleep 50 & kill $!; wait $!; echo $?',
    '137\n143\n',
    0,
  ],
  [
    'umask and modes',
    'umask 077; echo s >/root/secret; stat -c "%a %U" /root/secret; umask 022; echo s >/root/open; stat -c %a /root/open',
    '600 root\n644\n',
    0,
  ],
  [
    'install sets the mode with the content',
    'printf "p\'w" | install -m 600 -o vdsm -g root /dev/stdin /root/k; stat -c "%a %U %s" /root/k',
    '600 vdsm 3\n',
    0,
  ],
  [
    'mktemp',
    't=$(mktemp -d); [ -d "$t" ] && stat -c %a "$t"; f=$(mktemp /root/x.XXXXXX); stat -c %a "$f"',
    '700\n600\n',
    0,
  ],
  [
    'timeout',
    'timeout 5 sleep 60; echo $?; timeout 5 true; echo $?; timeout -s KILL 1 sleep 9; echo $?',
    '124\n0\n137\n',
    0,
  ],
  ['sudo changes the user', 'id -un; sudo -n -u vdsm id -un', 'root\nvdsm\n', 0],
  [
    'text tools read pipes and files',
    "printf 'b 2\\na 1\\n' | sort | awk '{print $2}' | tr '\\n' ,; grep -c ^root: /etc/passwd",
    '1,2,1\n',
    0,
  ],
  [
    'globs',
    'mkdir -p /root/g; touch /root/g/{a,b}.conf /root/g/c; cd /root/g; echo *.conf nomatch*',
    'a.conf b.conf nomatch*\n',
    0,
  ],
  ['syntax errors', 'if true; then', '', 2],
  [
    'printf reuses its format, %q quotes',
    `printf '%s=%03d\\n' a 1 b 22; printf '%q\\n' "it's"`,
    "a=001\nb=022\nit\\'s\n",
    0,
  ],
  [
    'command -v finds builtins and programs',
    'command -v cd yum; command -v nosuch; echo $?',
    'cd\n/usr/bin/yum\n1\n',
    0,
  ],
  ['xargs', 'printf "a b\\nc\\n" | xargs -n1 echo -', '- a\n- b\n- c\n', 0],
  [
    '/dev/stdin and $(<file)',
    'echo in | cat /dev/stdin; echo "$(</proc/sys/kernel/hostname)"',
    'in\nhost1.test.local\n',
    0,
  ],
];

describe('bash on a host', () => {
  it.each(scripts)('%s', async (_title, script, stdout, code, stderr) => {
    const result = await hosts.sh(script);
    expect({ stdout: result.stdout, code: result.code }).toEqual({ stdout, code });
    if (stderr !== undefined) expect(result.stderr).toBe(stderr);
  });
});
