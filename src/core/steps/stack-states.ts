/**
 * What each state of a CloudFormation stack means to a run. Written out, for the names deceive: one that ends in
 * COMPLETE may be what is left of a failure.
 */

/**
 * `done`: it stands as it was asked for. `moving`: wait. `undone`: a failure was taken back. `broken`: it needs a
 * person. `gone`: there is none.
 */
export type StackMeaning = 'done' | 'moving' | 'undone' | 'broken' | 'gone';

const meanings: Readonly<Record<string, StackMeaning>> = {
  CREATE_IN_PROGRESS: 'moving',
  CREATE_COMPLETE: 'done',
  CREATE_FAILED: 'broken',
  ROLLBACK_IN_PROGRESS: 'moving',
  ROLLBACK_COMPLETE: 'undone',
  ROLLBACK_FAILED: 'broken',
  DELETE_IN_PROGRESS: 'moving',
  DELETE_COMPLETE: 'gone',
  DELETE_FAILED: 'broken',
  REVIEW_IN_PROGRESS: 'gone',
  UPDATE_IN_PROGRESS: 'moving',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'moving',
  UPDATE_COMPLETE: 'done',
  UPDATE_FAILED: 'broken',
  UPDATE_ROLLBACK_IN_PROGRESS: 'moving',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'moving',
  UPDATE_ROLLBACK_COMPLETE: 'undone',
  UPDATE_ROLLBACK_FAILED: 'broken',
  IMPORT_IN_PROGRESS: 'moving',
  IMPORT_COMPLETE: 'done',
  IMPORT_ROLLBACK_IN_PROGRESS: 'moving',
  IMPORT_ROLLBACK_COMPLETE: 'undone',
  IMPORT_ROLLBACK_FAILED: 'broken',
};

export const stackStates: readonly string[] = Object.keys(meanings);

/** undefined for a state that this product does not know: of it nothing may be concluded. */
export const meaningOf = (status: string): StackMeaning | undefined =>
  Object.hasOwn(meanings, status) ? meanings[status] : undefined;

/** What to do about a stack that is not as it should be. */
export function nextFor(status: string, name: string): string {
  switch (meaningOf(status)) {
    case 'done':
      return 'Name this state in the runbook if it is meant, or deploy again.';
    case 'undone':
      return status === 'ROLLBACK_COMPLETE'
        ? `Mend the cause, remove what is left (aws cloudformation delete-stack --stack-name ${name}), then deploy again.`
        : 'The stack stands as it was before: mend the cause, then deploy again.';
    case 'broken':
      return status === 'UPDATE_ROLLBACK_FAILED'
        ? `Mend the cause, then: aws cloudformation continue-update-rollback --stack-name ${name}`
        : 'Mend the cause in the CloudFormation console: the stack takes no deploy in this state.';
    case 'gone':
      return 'Deploy it: there are no resources yet.';
    case 'moving':
    case undefined:
      return 'Wait until the stack is done, then run the cell again.';
  }
}
