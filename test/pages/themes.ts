/** What VS Code's own themes give a page of outputs, as far as the renderer asks for it. */
export interface Theme {
  readonly kind: 'vscode-dark' | 'vscode-light' | 'vscode-high-contrast' | 'vscode-high-contrast-light';
  /** Names without `--vscode-`. */
  readonly colours: Readonly<Record<string, string>>;
}

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'];
/** The colours of a terminal, the bright ones behind the others. */
const terminal = (values: string): Record<string, string> =>
  Object.fromEntries(
    values
      .split(' ')
      .map((value, index) => [`terminal-ansi${index > 7 ? 'Bright' : ''}${names[index % 8]}`, value]),
  );

export const themes = {
  dark: {
    kind: 'vscode-dark',
    colours: {
      foreground: '#cccccc',
      descriptionForeground: '#9d9d9d',
      'editor-background': '#1f1f1f',
      focusBorder: '#0078d4',
      'panel-border': '#2b2b2b',
      'widget-border': '#313131',
      'button-secondaryBorder': '#ffffff12',
      'button-secondaryBackground': '#313131',
      'button-secondaryForeground': '#cccccc',
      'button-secondaryHoverBackground': '#3c3c3c',
      'input-background': '#313131',
      'input-foreground': '#cccccc',
      'input-border': '#3c3c3c',
      'badge-background': '#616161',
      'badge-foreground': '#f8f8f8',
      'progressBar-background': '#0078d4',
      'testing-iconPassed': '#73c991',
      'testing-iconFailed': '#f14c4c',
      'testing-iconQueued': '#cca700',
      'testing-iconSkipped': '#848484',
      'editor-findMatchBackground': '#9e6a03',
      'editor-findMatchHighlightBackground': '#ea5c0055',
      ...terminal(
        '#000000 #cd3131 #0dbc79 #e5e510 #2472c8 #bc3fbc #11a8cd #e5e5e5 #666666 #f14c4c #23d18b #f5f543 #3b8eea #d670d6 #29b8db #e5e5e5',
      ),
    },
  },
  light: {
    kind: 'vscode-light',
    colours: {
      foreground: '#3b3b3b',
      descriptionForeground: '#3b3b3b',
      'editor-background': '#ffffff',
      focusBorder: '#005fb8',
      'panel-border': '#e5e5e5',
      'widget-border': '#e5e5e5',
      'button-secondaryBorder': '#0000001a',
      'button-secondaryBackground': '#e5e5e5',
      'button-secondaryForeground': '#3b3b3b',
      'button-secondaryHoverBackground': '#cccccc',
      'input-background': '#ffffff',
      'input-foreground': '#3b3b3b',
      'input-border': '#cecece',
      'badge-background': '#cccccc',
      'badge-foreground': '#3b3b3b',
      'progressBar-background': '#005fb8',
      'testing-iconPassed': '#388a34',
      'testing-iconFailed': '#f14c4c',
      'testing-iconQueued': '#cca700',
      'testing-iconSkipped': '#848484',
      'editor-findMatchBackground': '#a8ac94',
      'editor-findMatchHighlightBackground': '#ea5c0055',
      ...terminal(
        '#000000 #cd3131 #107c10 #949800 #0451a5 #bc05bc #0598bc #555555 #666666 #cd3131 #14ce14 #b5ba00 #0451a5 #bc05bc #0598bc #a5a5a5',
      ),
    },
  },
  'high-contrast': {
    kind: 'vscode-high-contrast',
    colours: {
      foreground: '#ffffff',
      descriptionForeground: '#ffffffb3',
      'editor-background': '#000000',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      'button-secondaryBorder': '#6fc3df',
      'button-secondaryForeground': '#ffffff',
      'input-background': '#000000',
      'input-foreground': '#ffffff',
      'input-border': '#6fc3df',
      'badge-background': '#000000',
      'badge-foreground': '#ffffff',
      'progressBar-background': '#6fc3df',
      'testing-iconPassed': '#73c991',
      'testing-iconFailed': '#f14c4c',
      'testing-iconQueued': '#cca700',
      'testing-iconSkipped': '#848484',
      ...terminal(
        '#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff',
      ),
    },
  },
  'high-contrast-light': {
    kind: 'vscode-high-contrast-light',
    colours: {
      foreground: '#292929',
      descriptionForeground: '#292929b3',
      'editor-background': '#ffffff',
      focusBorder: '#006bbd',
      contrastBorder: '#0f4a85',
      contrastActiveBorder: '#006bbd',
      'button-secondaryBorder': '#0f4a85',
      'button-secondaryBackground': '#ffffff',
      'button-secondaryForeground': '#0f4a85',
      'input-background': '#ffffff',
      'input-foreground': '#292929',
      'input-border': '#0f4a85',
      'badge-background': '#0f4a85',
      'badge-foreground': '#ffffff',
      'progressBar-background': '#0f4a85',
      'testing-iconPassed': '#007100',
      'testing-iconFailed': '#b5200d',
      'testing-iconQueued': '#895503',
      'testing-iconSkipped': '#5a5a5a',
      ...terminal(
        '#292929 #cd3131 #136c13 #949800 #0451a5 #bc05bc #0598bc #555555 #666666 #cd3131 #00bc00 #b5ba00 #0451a5 #bc05bc #0598bc #a5a5a5',
      ),
    },
  },
  /** A theme that has none of the colours but those without which nothing can be read. */
  bare: { kind: 'vscode-dark', colours: { foreground: '#dddddd', 'editor-background': '#222222' } },
} as const satisfies Record<string, Theme>;
