import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { failureText, type Person } from '../core/ports.ts';

export interface TerminalPersonOptions {
  readonly answers?: 'yes' | 'no';
  /** Names of protected partitions that were given on the command line. */
  readonly confirm: readonly string[];
  readonly operator: string;
  /** Questions are asked here; nobody is there without it. */
  readonly terminal?: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream };
}

/** The person at a terminal, or the answers given in advance. No default is yes. */
export function terminalPerson({ answers, confirm, operator, terminal }: TerminalPersonOptions): Person {
  const ask = async (question: string, signal: AbortSignal): Promise<string | undefined> => {
    if (terminal === undefined) return undefined;
    const lines = createInterface(terminal);
    // A terminal gives Ctrl-C to the question; the run is what it means. Ctrl-D ends the question: no answer.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const closed = once(lines, 'close').then(() => undefined);
    try {
      return await Promise.race([lines.question(question, { signal }), closed]);
    } catch (error) {
      if (signal.aborted || (error instanceof Error && error.name === 'AbortError')) return undefined;
      throw error;
    } finally {
      lines.close();
    }
  };
  return {
    ask: async (question, signal) => {
      if (answers !== undefined) return { yes: answers === 'yes', by: operator, note: 'by --answers' };
      const where = question.partition === undefined ? '' : `${question.partition}: `;
      const typed = await ask(`? ${where}${question.text} [yes/no] `, signal);
      if (typed === undefined || !/^(?:y|yes|n|no)$/i.test(typed.trim())) return undefined;
      return { yes: isYes(typed), by: operator };
    },
    typeName: async (confirmation, signal) => {
      if (confirm.includes(confirmation.partition)) return confirmation.partition;
      const facts = confirmation.facts.map((fact) => `  ${fact}\n`).join('');
      return (
        await ask(`! ${confirmation.partition} is protected.\n${facts}  Type its name to go on: `, signal)
      )?.trim();
    },
    runAgain: async ({ partition, title, started }, signal) => {
      // An answer to what an "ask" line asks, given in advance, cannot have meant this.
      if (answers === 'no') return 'leave';
      const words = `${title}: started ${started}, and the log has no result. What it did may be done twice.`;
      const typed = await ask(`! ${partition}: ${words}\n  Run it again? [yes/no] `, signal);
      return typed !== undefined && isYes(typed) ? 'run' : 'leave';
    },
    unwritten: async ({ failure }, signal) => {
      const words = `! The result could not be written into the log. ${failureText(failure)}\n`;
      const typed = await ask(`${words}  Try again? "no" keeps the result in a file. [yes/no] `, signal);
      return typed !== undefined && isYes(typed) ? 'again' : 'leave';
    },
  };
}

const isYes = (typed: string): boolean => /^(?:y|yes)$/i.test(typed.trim());
