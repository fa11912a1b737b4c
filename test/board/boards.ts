/** Boards to draw: a run in the middle of its work, and what nobody wishes for. */
import type { Board, BoardCell, BoardRow, BoardStatus } from '../../src/core/help/board.ts';

const span = { start: 0, end: 0 };

export const cell = (status: BoardStatus, more: Partial<BoardCell> = {}): BoardCell => ({
  status,
  next: false,
  waits: [],
  doors: [],
  span,
  ...more,
});

const row = (
  partition: string,
  note: string,
  cells: readonly BoardCell[],
  isProtected = false,
): BoardRow => ({
  partition,
  note,
  protected: isProtected,
  cells,
  span,
});

const day = '2026-11-24';
const done = cell('cleared', { date: day });

export const middle: Board = {
  title: 'partition-mail',
  rehearsal: true,
  log: 'execution-log.rehearsal.md',
  asOf: `${day} 10:02:11 +00:00`,
  waits: [
    'demo · Verification failed.',
    'prod waits: the gate "Production deploy confirmation given" is pending.',
  ],
  phases: ['Pre-flight', 'Deploy', 'Verification', 'Sign-off'],
  rows: [
    row('dev', 'Alpha002 / PostmarkNonProd', [done, { ...done, doors: [0] }, done, done]),
    row('stage', 'Alpha002 / PostmarkNonProd', [
      done,
      cell('running', { date: day, next: true, doors: [0], note: 'started 2026-11-24 10:01:50 +00:00' }),
      cell('pending'),
      cell('pending'),
    ]),
    row('demo', 'Alpha001 / PostmarkProd', [
      cell('waived', { date: day, note: 'the vault is the one of prod' }),
      { ...done, doors: [0] },
      cell('failed', { date: day, next: true, note: '1 of 10 failed' }),
      cell('pending'),
    ]),
    row(
      'prod',
      'Alpha001 / PostmarkProd',
      [
        cell('partial', { date: day, note: '1 of 3 open' }),
        cell('started', {
          date: day,
          next: true,
          doors: [0, 1],
          waits: [
            'The gate "Production deploy confirmation given" is pending. To go on, run the cells under "Production deploy confirmation", or waive it with a reason.',
          ],
        }),
        cell('pending'),
        cell('pending'),
      ],
      true,
    ),
  ],
  gates: [
    {
      title: 'Entry criteria verified',
      status: 'cleared',
      date: day,
      open: true,
      why: [],
      blocks: ['Deploy of every partition'],
      requires: [],
      span,
    },
    {
      title: 'Production deploy confirmation given',
      status: 'pending',
      open: false,
      why: ['The gate "Production deploy confirmation given" is pending. To go on, run its cells.'],
      blocks: ['prod/Deploy'],
      requires: ['stage/Verification', 'demo/Verification'],
      span,
    },
    {
      title: 'T-O4 Postmark Compliance reply sent',
      status: 'waived',
      date: day,
      note: 'answered by telephone',
      open: true,
      why: [],
      blocks: [],
      requires: [],
      span,
    },
  ],
  days: [
    {
      date: day,
      lanes: [
        { name: 'Gates', moments: [{ what: 'Entry criteria verified', status: 'cleared', span }] },
        {
          name: 'demo',
          moments: [
            { what: 'Pre-flight', status: 'waived', note: 'the vault is the one of prod', span },
            {
              what: 'Deploy, attempt 1',
              status: 'failed',
              time: '09:10:11 +00:00',
              note: 'exit code 1',
              span,
            },
            { what: 'Deploy, attempt 2', status: 'cleared', time: '09:31:40 +00:00', span },
            { what: 'Verification', status: 'failed', note: '1 of 10 failed', span },
          ],
        },
      ],
    },
    { date: '', lanes: [{ name: 'dev', moments: [{ what: 'Pre-flight', status: 'cleared', span }] }] },
  ],
  earlierDays: 2,
};

/** Long, right to left, with markup, halves of signs and control characters in it. */
const odd = [
  'a'.repeat(400),
  'مرحبا بالعالم‮ حول',
  '👩‍👩‍👧‍👦🟡'.repeat(30),
  '<script>alert(1)</script>&amp;"\'',
  'half \ud83d\u0000\u001b[31m\ufffe',
];
const oddWords = odd.join(' ');

export const strange: Board = {
  ...middle,
  title: oddWords,
  waits: odd,
  phases: [odd[0] ?? '', odd[1] ?? '', odd[3] ?? '', 'Sign-off'],
  rows: odd.map((name) =>
    row(
      name,
      oddWords,
      middle.rows[3]?.cells.map((each) => ({ ...each, note: oddWords, waits: each.next ? odd : [] })) ?? [],
      true,
    ),
  ),
  gates: middle.gates.map((gate, index) => ({ ...gate, title: odd[index] ?? '', note: oddWords, why: odd })),
  days: [
    {
      date: day,
      lanes: odd.map((name) => ({
        name,
        moments: odd.map((what) => ({ what, status: 'failed', note: oddWords, span })),
      })),
    },
  ],
};

export const many = (count: number): Board => ({
  ...middle,
  rows: Array.from({ length: count }, (_, index) => ({
    ...(middle.rows[index % 4] as BoardRow),
    partition: `partition-${index}`,
  })),
});
