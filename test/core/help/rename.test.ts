import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occurrences } from '../../../src/core/help/occurrences.ts';
import { definitionsOf, occurrencesOf, renameAt, renameTo } from '../../../src/core/help/rename.ts';
import { lookupFor } from '../../../src/core/runbook/names.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { inCell, instead, withCaret } from './caret.ts';

/** The text after a rename, or the message that refuses it. */
function renamed(text: string, to: string): string {
  const { runbook, at } = withCaret(text);
  const result = renameTo(runbook, at, to);
  if (result.kind === 'refused') return result.message;
  return result.edits.reduceRight(
    (done, { offset, length, text: put }) => done.slice(0, offset) + put + done.slice(offset + length),
    runbook.text,
  );
}

const withHost = (text: string): string =>
  text
    .replace('postmark: NonProd,', 'postmark: NonProd, host: a.b,')
    .replace('postmark: Prod,', 'postmark: Prod, host: "${partition}.b",');

test('a variable is renamed where it is declared and wherever it is used, and every value stays', () => {
  const text = inCell('dig', '# of ${domain}\nNS ${dom‸ain} at least 2\nTXT x.${domain} has ${domain}');
  const after = renamed(text, 'mailDomain');
  assert.equal(
    after,
    text.replace('‸', '').replaceAll('${domain}', '${mailDomain}').replace('  domain:', '  mailDomain:'),
  );
  assert.deepEqual(parseRunbook(after).problems, []);
  const runbook = parseRunbook(after);
  assert.equal(lookupFor(runbook, runbook.partitions[0])('mailDomain'), 'dev.example.com');
});

test('a binding is renamed on every partition, in cells of the shell too', () => {
  const text = withHost(
    inCell('sh', 'curl "https://${host}/$host" # $host\necho "$hosts ${host%.*} $HOST \\$host"'),
  );
  const at = text.replace('host: a.b', 'ho‸st: a.b');
  const after = renamed(at, 'server');
  assert.equal(
    after,
    text
      .replaceAll('host: ', 'server: ')
      .replace('curl "https://${host}/$host"', 'curl "https://${server}/$server"')
      .replace('${host%.*}', '${server%.*}'),
  );
});

test('a kept secret is renamed where it is kept', () => {
  assert.equal(renamed(instead('as token', 'as tok‸en'), 'credential'), instead('as token', 'as credential'));
});

test('quoted keys and folded values of the front matter are found where they are', () => {
  const front = `---\nrunbook: x\nvariables:\n  "one": a\n  two: >-\n    b\n    \${one}\n  three: "c \${one}"\npartitions:\n  dev: {}\nphases:\n  - { title: Deploy }\n---\n\n## Deploy\n\n\`\`\`ask\n\${o‸ne}\n\`\`\`\n`;
  const after = renamed(front, 'first');
  assert.equal(after, front.replace('‸', '').replaceAll('${one}', '${first}').replace('"one"', '"first"'));
});

test('what cannot be renamed is told, with a way on', () => {
  const line = (text: string) => inCell('dig', `NS ${text} at least 2`);
  assert.match(renamed(line('${parti‸tion}'), 'x'), /given by the product\. Declare a variable/);
  assert.match(renamed(line('${context.dkim‸Selector}'), 'x'), /which register writes/);
  assert.match(renamed(line('${pro‸file}'), 'x'), /Cascade itself asks for "profile"/);
  assert.match(renamed(line('${doma‸ne}'), 'x'), /not known here/);
  assert.match(renamed(line('exa‸mple'), 'x'), /No name stands here/);
});

test('a new name is refused that is none, that is taken, or that means something', () => {
  const text = inCell('dig', 'NS ${dom‸ain} at least 2');
  for (const to of ['', 'Domain', 'a b', 'a-b', '1a', 'a.b', '😀', 'x}'])
    assert.match(renamed(text, to), /is not a name\. Begin with a small letter/, to);
  for (const to of ['partition', 'resolver', 'context', 'protected'])
    assert.match(renamed(text, to), /has a meaning of its own/, to);
  assert.match(renamed(withHost(text), 'host'), /stands in the runbook already/);
  assert.match(renamed(text, 'profile'), /Cascade itself asks for/);
  assert.match(renamed(instead('NS  ${domain}', 'NS  ${dom‸ain}'), 'token'), /stands in the runbook already/);
  assert.equal(renamed(text, 'domain'), text.replace('‸', ''));
});

test('where a script may mean something else nothing is renamed, and its line is told', () => {
  for (const [script, why] of [
    ['host=x\necho $host', 'is set by the script itself'],
    ['PORT=1 host=x ./run', 'is set by the script itself'],
    ['export host=x', 'is set by the script itself'],
    ['while read -r a host; do :; done', 'is set by the script itself'],
    ['true && unset host', 'is set by the script itself'],
    ['read -r a host', 'is set by the script itself'],
    ['for host in a b; do :; done', 'is set by the script itself'],
    ["bash -c 'echo $host'", 'stands between single quotes'],
    ["cat <<'END'\n$host\nEND", 'stands between single quotes'],
    ['printenv host', 'is asked for without "$"'],
    ['[[ -v host ]]', 'is asked for without "$"'],
    ['node -e "process.env.host"', 'is asked for without "$"'],
  ] as const) {
    const text = withHost(inCell('sh', script)).replace('host: a.b', 'ho‸st: a.b');
    const message = renamed(text, 'server');
    assert.ok(message.includes(why), `${script}: ${message}`);
    assert.match(message, /^"host" in line \d+ of the runbook .* nothing was renamed\.$/);
  }
  const own = withHost(inCell('sh', 'server=1\necho "$host"')).replace('host: a.b', 'ho‸st: a.b');
  assert.match(renamed(own, 'server'), /has a variable "server" of its own/);
});

test('words that are no variable hinder nothing', () => {
  const script = [
    'echo "the host is down, wait for the host or read of host"; curl --host=x -v host.example.com # host=y',
    'psql "host=localhost" dbname=x host=y',
    './host -h "it\'s ${host}"',
  ].join('\n');
  const text = withHost(inCell('sh', script)).replace('host: a.b', 'ho‸st: a.b');
  assert.ok(renamed(text, 'server').includes('it\'s ${server}"'));
});

test('a front matter with problems is mended first', () => {
  const text = inCell('dig', 'NS ${dom‸ain} at least 2').replace('gates:\n', 'colour: red\ngates:\n');
  assert.match(
    renamed(text, 'mail'),
    /^The front matter has a problem \(line \d+ of the runbook\)\. Mend it/,
  );
});

test('a definition is the key, or where a check keeps the name; references are all places in order', () => {
  const { runbook, at } = withCaret(withHost(inCell('sh', 'echo "$ho‸st"')));
  const found = renameAt(runbook, at);
  assert.ok(found.kind === 'name');
  assert.deepEqual(
    definitionsOf(runbook, 'host').map(({ partition, role }) => [partition, role]),
    [
      ['dev', 'declared'],
      ['prod', 'declared'],
    ],
  );
  assert.equal(occurrencesOf(runbook, 'host').length, 3);
  const kept = parseRunbook(instead('as token', 'as token'));
  assert.deepEqual(
    definitionsOf(kept, 'token').map(({ role }) => role),
    ['kept'],
  );
});

test('every occurrence stands where it says', () => {
  const { text } = parseRunbook(instead('as token', 'as token'));
  for (const source of [text, text.replaceAll('\n', '\r\n'), `\uFEFF${text}`]) {
    const runbook = parseRunbook(source);
    const all = occurrences(runbook);
    assert.ok(all.length > 15);
    for (const { name, span } of all)
      assert.equal(source.slice(span.start, span.end).replaceAll('_', '.'), name.replaceAll('_', '.'));
  }
});

test('odd text is looked through without a word, and soon', () => {
  const started = performance.now();
  for (const piece of ['$host ', "'", '${host', 'export ', 'for for ', '((', '# ', '\\', "<<'", '😀$host'])
    for (const end of ['\n', '\r\n', ''])
      occurrences(parseRunbook(withHost(inCell('sh', (piece + end).repeat(10_000)))));
  assert.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`);
});
