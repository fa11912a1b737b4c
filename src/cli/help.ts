export const help = `cascade — take a change through the partitions of a system by a runbook

  cascade status                       what the log says: partitions, phases, gates
  cascade run PARTITION [PHASE …]      run the phases of a partition; all of them when none is named
  cascade run --gate ID                run the checks of a gate's section
  cascade verify PARTITION             run the Verification phase: changes nothing but the log
  cascade recover [PARTITION]          look at changes that were started and have no result; repeats nothing
  cascade lint [--fix]                 what contradicts itself in the log; --fix mends what follows from it
  cascade gate ID DECISION             decides a gate: cleared, partial, failed, waived or reopened
  cascade record note|anomaly PARTITION PHASE TEXT
  cascade record script-fix SCRIPT BUG FIX
  cascade record code-fix PARTITION ISSUE FIX [COMMIT]
  cascade rehearse [RUNBOOK]           the whole cascade in a simulated world on this machine

Options
  --runbook FILE      the runbook; the only *.runbook.md of this folder when absent
  --log FILE          another log than the one the runbook names
  --json              one JSON document on standard output
  --no-evidence       no transcripts beside the log
  --answers yes|no    answers every question of an "ask" line; without it and without a terminal nobody answers
  --confirm NAME      types the name of a protected partition (may be repeated)
  --operator NAME     who is written into the log; the git identity when absent
  --reason TEXT       why a gate is decided so; needed for all but cleared
  --format FORMAT     of lint: text, json or github (annotations); text when absent, json with --json

Options of rehearse
  --partition NAME    only this partition (may be repeated)
  --fault NAME        let this go wrong (may be repeated)
  --list-faults       which faults there are, and what each one shows
  --scenario NAME     play a recorded run again: what was done, what went wrong, what was answered
  --list-scenarios    which recorded runs there are
  --speed N           N times as fast as the recorded run; 20 when absent
  --directory DIR     where the rehearsal's files go; a new temporary folder when absent

Exit codes
  0 passed   1 failed   2 unknown   3 blocked by a gate   64 usage
`;
