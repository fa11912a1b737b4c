import { randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpRequest, Route } from '../http.ts';
import { cloudFormationActions } from './cloudformation.ts';
import { iamActions } from './iam.ts';
import { route53 } from './route53.ts';
import { describeSecret } from './secrets-manager.ts';
import { type AwsWorld, type QueryAction, type Refusal, type Result, refusal } from './service.ts';
import { stsActions } from './sts.ts';
import { document, tag } from './xml.ts';

const QUERY_SERVICES: Readonly<
  Record<string, { actions: Readonly<Record<string, QueryAction>>; namespace: string }>
> = {
  cloudformation: {
    actions: cloudFormationActions,
    namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  },
  sts: { actions: stsActions, namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  iam: { actions: iamActions, namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
};
const ROUTE53_NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

/**
 * All AWS services behind one endpoint. Who asks, and which service, is told by the credential scope of the
 * signature; the signature itself is not checked.
 *
 * @param accounts the account of each access key id
 */
export function awsEndpoint(world: AwsWorld, accounts: ReadonlyMap<string, string>): Route {
  return (request) => {
    const scope = /Credential=([^/,\s]+)\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '');
    const account = accounts.get(scope?.[1] ?? '');
    const service = scope?.[2] ?? '';
    if (world.faults.has('aws-throttled')) return throttled(service);
    const answer = served(service, account, request);
    return world.faults.has('connection-cut') ? { ...answer, cut: true } : answer;
  };

  function served(service: string, account: string | undefined, request: HttpRequest): HttpAnswer {
    switch (service) {
      case 'secretsmanager':
        return secretsManager(world, account, request);
      case 'route53': {
        if (account === undefined) return failed(ROUTE53_NAMESPACE, unknownKey());
        const { root, answer } = route53(world, account, request);
        return answered(ROUTE53_NAMESPACE, answer, (body) => document(root, ROUTE53_NAMESPACE, body));
      }
      default:
        return query(world, account, service, request);
    }
  }
}

/** As AWS says it to an account that asks too much. */
function throttled(service: string): HttpAnswer {
  const message = 'Rate exceeded';
  if (service === 'secretsmanager') {
    const body = JSON.stringify({ __type: 'ThrottlingException', Message: message });
    return { status: 400, type: 'application/x-amz-json-1.1', body };
  }
  const namespace = service === 'route53' ? ROUTE53_NAMESPACE : (QUERY_SERVICES[service]?.namespace ?? '');
  return failed(namespace, refusal(400, 'Throttling', message));
}

function query(
  world: AwsWorld,
  account: string | undefined,
  service: string,
  request: HttpRequest,
): HttpAnswer {
  const { actions, namespace } = QUERY_SERVICES[service] ?? { actions: {}, namespace: '' };
  if (request.headers.authorization === undefined) {
    return failed(
      namespace,
      refusal(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'),
    );
  }
  if (account === undefined) return failed(namespace, unknownKey());
  const form = new URLSearchParams(request.body);
  const name = form.get('Action') ?? '';
  const action = actions[name];
  if (action === undefined) {
    return failed(namespace, refusal(400, 'InvalidAction', `Could not find operation ${name} of ${service}`));
  }
  return answered(namespace, action(world, account, form), (body) =>
    document(`${name}Response`, namespace, [
      body.length === 0 ? undefined : tag(`${name}Result`, ...body),
      tag('ResponseMetadata', tag('RequestId', randomUUID())),
    ]),
  );
}

function secretsManager(world: AwsWorld, account: string | undefined, request: HttpRequest): HttpAnswer {
  const answer = (status: number, value: unknown): HttpAnswer => ({
    status,
    type: 'application/x-amz-json-1.1',
    body: JSON.stringify(value),
  });
  const no = ({ status, code, message }: Refusal): HttpAnswer =>
    answer(status, { __type: code, Message: message });
  if (account === undefined) {
    return no(
      refusal(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
    );
  }
  const target = String(request.headers['x-amz-target']);
  if (target !== 'secretsmanager.DescribeSecret') {
    return no(refusal(400, 'UnknownOperationException', `Unknown: ${target}`));
  }
  const body: unknown = JSON.parse(request.body);
  const id = typeof body === 'object' && body !== null && 'SecretId' in body ? String(body.SecretId) : '';
  const secret = describeSecret(world, account, id);
  if (secret.kind === 'refusal') return no(secret);
  return answer(200, { ARN: secret.arn, Name: secret.name, CreatedDate: secret.created });
}

const unknownKey = (): Refusal =>
  refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');

function answered(
  namespace: string,
  answer: Result | Refusal,
  wrap: (body: Result['body']) => string,
): HttpAnswer {
  if (answer.kind === 'refusal') return failed(namespace, answer);
  return { status: 200, type: 'text/xml', body: wrap(answer.body) };
}

function failed(namespace: string, { status, code, message }: Refusal): HttpAnswer {
  const body = document('ErrorResponse', namespace, [
    tag('Error', tag('Type', 'Sender'), tag('Code', code), tag('Message', message)),
    tag('RequestId', randomUUID()),
  ]);
  return { status, type: 'text/xml', body };
}
