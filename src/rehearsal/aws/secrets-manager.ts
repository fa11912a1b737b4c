import { exists, secretName } from '../mail-stack.ts';
import { type AwsWorld, type Refusal, refusal } from './service.ts';

export interface SecretDescription {
  readonly kind: 'secret';
  readonly arn: string;
  readonly name: string;
  /** Epoch seconds. */
  readonly created: number;
}

/** @param id the secret's name, its ARN, or its ARN without the random end. */
export function describeSecret(
  { store }: AwsWorld,
  account: string,
  id: string,
): SecretDescription | Refusal {
  for (const stack of store.state.stacks.filter((one) => one.account === account)) {
    for (const one of stack.resources) {
      if (one.type !== 'AWS::SecretsManager::Secret' || !exists(one)) continue;
      const arn = one.physicalId;
      const name = secretName(stack, one.logicalId);
      if (id === name || id === arn || id === arn.slice(0, -7)) {
        return { kind: 'secret', arn, name, created: Date.parse(one.updated) / 1000 };
      }
    }
  }
  return refusal(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}
