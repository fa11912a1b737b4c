import { type Browser, chromium as playwright } from 'playwright-core';
import { chromium, chromiumArguments } from './chromium.ts';

/** The machine's Chromium, without a screen, with an empty profile. */
export async function launchBrowser(stop: AbortSignal): Promise<Browser> {
  const browser = await playwright.launch({
    executablePath: await chromium(stop),
    args: [...chromiumArguments],
    // Signals are ours: a browser that ends by itself would hide why.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  if (stop.aborted) await browser.close();
  else stop.addEventListener('abort', () => void browser.close(), { once: true });
  return browser;
}
