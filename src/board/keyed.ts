/** Children that are made anew only where what they show has changed: focus, selection and scrolling stay. */
export class KeyedChildren<Item> {
  readonly #parent: HTMLElement;
  readonly #make: (item: Item) => HTMLElement;
  #known = new Map<string, { readonly json: string; readonly element: HTMLElement }>();

  constructor(parent: HTMLElement, make: (item: Item) => HTMLElement) {
    this.#parent = parent;
    this.#make = make;
  }

  /** @param keyOf unique among the items */
  update(items: readonly Item[], keyOf: (item: Item, index: number) => string): void {
    const focused = focusedKey(this.#parent);
    const next = new Map<string, { readonly json: string; readonly element: HTMLElement }>();
    items.forEach((item, index) => {
      const key = keyOf(item, index);
      const json = JSON.stringify(item);
      const before = this.#known.get(key);
      next.set(key, before?.json === json ? before : { json, element: this.#make(item) });
    });
    const elements = [...next.values()].map(({ element }) => element);
    // An element that is put in again where it stands would lose its focus.
    const same =
      elements.length === this.#parent.children.length &&
      elements.every((element, index) => element === this.#parent.children[index]);
    if (!same) this.#parent.replaceChildren(...elements);
    this.#known = next;
    if (focused !== undefined && focusedKey(this.#parent) !== focused)
      this.#parent
        .querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)
        ?.focus({ preventScroll: true });
  }
}

const focusedKey = (parent: HTMLElement): string | undefined => {
  const active = document.activeElement;
  return active instanceof HTMLElement && parent.contains(active) ? active.dataset['key'] : undefined;
};
