import { type QueryAction, result } from './service.ts';
import { tag } from './xml.ts';

export const stsActions: Readonly<Record<string, QueryAction>> = {
  GetCallerIdentity: (_world, account) =>
    result(
      tag('Arn', `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/operator`),
      tag('UserId', 'AROAREHEARSALREHEARS:operator'),
      tag('Account', account),
    ),
};
