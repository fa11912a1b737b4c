/**
 * A secret value that cannot be shown by accident: it prints, logs and serializes as its reference.
 * Only an adapter that sends it to the service it belongs to calls `reveal()`.
 */
export class Secret {
  readonly reference: string;
  readonly #value: string;

  /** @param reference where the value lives, `op://Vault/Item/field`; safe to show. */
  constructor(reference: string, value: string) {
    this.reference = reference;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.reference;
  }

  toJSON(): string {
    return this.reference;
  }
}
