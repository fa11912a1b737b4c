import { exists } from '../mail-stack.ts';
import { type QueryAction, refusal, result } from './service.ts';
import { tag } from './xml.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export const iamActions: Readonly<Record<string, QueryAction>> = {
  GetRole: ({ store }, account, form) => {
    const name = form.get('RoleName') ?? '';
    const role = store.state.stacks
      .filter((stack) => stack.account === account)
      .flatMap((stack) => stack.resources)
      .find((one) => one.type === 'AWS::IAM::Role' && one.physicalId === name && exists(one));
    if (role === undefined) {
      return refusal(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
    }
    return result(
      tag(
        'Role',
        tag('Path', '/'),
        tag('RoleName', name),
        tag('RoleId', 'AROAREHEARSALREHEARS'),
        tag('Arn', `arn:aws:iam::${account}:role/${name}`),
        tag('CreateDate', role.updated),
        tag('AssumeRolePolicyDocument', encodeURIComponent(TRUST)),
      ),
    );
  },
};
