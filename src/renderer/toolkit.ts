/** The one module that knows @vscode/webview-ui-toolkit, which is not kept up any more: another one is put in here. */
import {
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

// Another copy of the toolkit may have defined them on this page.
const wanted = [
  ['vscode-button', vsCodeButton],
  ['vscode-text-field', vsCodeTextField],
] as const;
for (const [name, component] of wanted)
  if (customElements.get(name) === undefined) provideVSCodeDesignSystem().register(component());

/** @param label what a screen reader says, where the words alone do not tell */
export function button(words: string, label: string, press: () => void): HTMLElement {
  const element = document.createElement('vscode-button');
  element.setAttribute('appearance', 'secondary');
  element.setAttribute('aria-label', label);
  element.textContent = words;
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-disabled') !== 'true') press();
  });
  element.addEventListener('keydown', (event) => {
    // The notebook would take it too, and the focus away to its cell.
    if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
  });
  return element;
}

/** A button that is held for now keeps the focus, which a disabled one would lose. */
export function hold(element: HTMLElement, held: boolean): void {
  if (held) element.setAttribute('aria-disabled', 'true');
  else element.removeAttribute('aria-disabled');
}

export interface SearchField {
  readonly element: HTMLElement;
  readonly value: () => string;
}

export function searchField(
  label: string,
  changed: () => void,
  keys: (event: KeyboardEvent) => void,
): SearchField {
  const element = document.createElement('vscode-text-field') as TextField;
  // The toolkit makes it the name; the style hides it, for the placeholder says it.
  element.textContent = label;
  element.setAttribute('placeholder', 'Search');
  element.addEventListener('input', changed);
  element.addEventListener('keydown', (event) => {
    keys(event);
    // The notebook would take a single letter as a command to itself: "d d" deletes a cell.
    if (!event.ctrlKey && !event.metaKey && !event.altKey && event.key !== 'Escape' && event.key !== 'Tab')
      event.stopPropagation();
  });
  return { element, value: () => element.value };
}
