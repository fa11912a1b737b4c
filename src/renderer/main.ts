/** The renderer of cell outputs, as VS Code loads it. */
import type { ActivationFunction } from 'vscode-notebook-renderer';
import type { CellReport } from '../core/run/cell-report.ts';
import { adopt, make } from './elements.ts';
import { ReportView } from './report-view.ts';
import shared from './shared.css';
import css from './style.css';

export const activate: ActivationFunction = (context) => {
  adopt(shared, css);
  // The editor gives the same element again with each new version of an output.
  const views = new Map<string, { readonly view: ReportView; readonly element: HTMLElement }>();
  const end = (id: string): void => {
    views.get(id)?.view.dispose();
    views.delete(id);
  };
  return {
    renderOutputItem(item, element) {
      const known = views.get(item.id);
      let view = known?.element === element && element.contains(known.view.element) ? known.view : undefined;
      try {
        if (view === undefined) {
          end(item.id);
          view = new ReportView(context.postMessage);
          views.set(item.id, { view, element });
          element.replaceChildren(view.element);
        }
        view.update(item.json() as CellReport);
      } catch (error) {
        // The Markdown beside it still says it all.
        end(item.id);
        element.replaceChildren(
          make(
            'p',
            '',
            `The checks cannot be drawn (${String(error)}). Choose another presentation of this output.`,
          ),
        );
      }
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...views.keys()] : [id]) end(each);
    },
  };
};
