import type { WorldDescription } from './description.ts';
import type { FaultName } from './faults.ts';
import { type HttpAnswer, json, type Route } from './http.ts';
import type { Store } from './state.ts';

export interface ControlOptions {
  readonly description: WorldDescription;
  readonly store: Store;
  readonly faults: ReadonlySet<FaultName>;
  /** The commit at HEAD of the worktree. */
  readonly head: () => Promise<string>;
}

/** The world's own routes, which its `op` and `gh` commands ask: an answer is `{value}` or `{error}`. */
export function controlRoutes({ description, store, faults, head }: ControlOptions): Route {
  const readSecret = (reference: string): HttpAnswer => {
    if (faults.has('op-locked')) {
      return no(`could not read secret '${reference}': error initializing client: authorization timeout`);
    }
    const partition = description.partitions.find(({ secret }) => secret === reference);
    if (partition !== undefined) return yes(store.state.tokens[partition.postmark] ?? '');
    return no(`could not read secret '${reference}': ${missing(description, reference)}`);
  };
  const pullRequest = async (text: string): Promise<HttpAnswer> => {
    if (description.pullRequests?.some((one) => String(one) === text)) return yes(await head());
    return no(
      `GraphQL: Could not resolve to a PullRequest with the number of ${text}. (repository.pullRequest)`,
    );
  };
  return ({ path, query }) => {
    switch (path) {
      case '/world/secret':
        return readSecret(query.get('reference') ?? '');
      case '/world/session':
        return faults.has('op-locked') ? no('account is not signed in') : yes('operator@rehearsal.example');
      case '/world/pull-request':
        return pullRequest(query.get('number') ?? '');
      default:
        return json(404, { error: `This rehearsal has no ${path}` });
    }
  };
}

const yes = (value: string): HttpAnswer => json(200, { value });
const no = (error: string): HttpAnswer => json(404, { error });

/** Which part of `op://vault/item/field` there is nothing of. */
function missing({ partitions }: WorldDescription, reference: string): string {
  const parts = /^op:\/\/([^/]+)\/([^/]+)\/(.+)$/.exec(reference);
  if (parts === null) return 'invalid secret reference: it has to be op://vault/item/field';
  const [, vault = '', item = '', field = ''] = parts;
  const has = (prefix: string): boolean => partitions.some(({ secret }) => secret.startsWith(prefix));
  if (!has(`op://${vault}/`)) return `"${vault}" isn't a vault in this account`;
  if (!has(`op://${vault}/${item}/`)) return `"${item}" isn't an item in the "${vault}" vault`;
  return `item '${vault}/${item}' does not have a field '${field}'`;
}
