import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';

export const activation: readonly Case[] = [
  {
    name: 'the extension activates',
    async run() {
      const extension = vscode.extensions.getExtension('cascade-runbook.cascade-runbook');
      assert.ok(extension, 'VS Code does not know the extension');
      await extension.activate();
      assert.equal(extension.isActive, true);
    },
  },
];
