import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

/** The stock Temporal UI in a real browser, used as an operator uses it. */
export class TemporalUi {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly base: string,
  ) {}

  static async open(ui: string, namespace = 'default'): Promise<TemporalUi> {
    // Nobody watches: without WebGL and movements the browser takes a third of the processor time.
    chromium.setGraphicsMode = false;
    const browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args,
      headless: true,
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, reducedMotion: 'reduce' });
    return new TemporalUi(browser, page, `${ui}/namespaces/${namespace}`);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Opens a page of the namespace, and waits until it has filled itself in. */
  async visit(path: string): Promise<void> {
    await this.page.goto(`${this.base}${path}`);
    await this.page.waitForLoadState('networkidle');
  }

  /** Fills the start form and submits it; returns when the UI has left the form. */
  async start(run: { id: string; type: string; taskQueue: string; input: unknown }): Promise<void> {
    const { page } = this;
    const query = new URLSearchParams({ taskQueue: run.taskQueue, workflowType: run.type });
    await page.goto(`${this.base}/workflows/start-workflow?${query}`);
    // The form fills itself in from the newest run of this type; what is typed before that is overwritten.
    await page.waitForLoadState('networkidle');
    await page.locator('#workflowId').fill(run.id);
    await page.locator('#taskQueue').fill(run.taskQueue);
    await page.locator('#workflowType').fill(run.type);
    await page.locator('.cm-content').first().fill(JSON.stringify(run.input));
    // Leaving the editor formats the input, which moves the button away from under a click.
    await page.locator('#workflowId').click();
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByTestId('start-workflow-button').click();
    const response = await answered;
    if (!response.ok()) throw new Error(`the Temporal UI could not start ${run.type}: ${await response.text()}`);
  }

  async openRun(id: string): Promise<void> {
    await this.page.goto(`${this.base}/workflows/${id}`);
    await this.page.getByTestId('history-tab').waitFor();
  }

  /** What the dialog says that the run waits for: the description of the update `decideNow`. */
  async offer(): Promise<string> {
    await this.chooseUpdate();
    const text = await this.page
      .getByRole('option', { name: /decideNow/ })
      .first()
      .innerText();
    await this.page.keyboard.press('Escape');
    return text.split('\n').slice(1).join('\n').trim();
  }

  /** Sends `decideNow` from the run's page; answers with what the dialog shows. */
  async decide(id: string, decision: unknown): Promise<string> {
    const { page } = this;
    await this.openRun(id);
    await this.chooseUpdate();
    await page
      .getByRole('option', { name: /decideNow/ })
      .first()
      .click();
    const dialog = page.locator('#update-confirmation-modal[open]');
    await dialog.locator('.cm-content').fill(JSON.stringify(decision));
    await dialog.getByText('Data', { exact: true }).click();
    await dialog.getByTestId('confirm-modal-button').click();
    return this.outcome(dialog);
  }

  private async chooseUpdate(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'More Actions' }).first().click();
    await page.getByRole('menuitem', { name: 'Send an Update' }).first().click();
    await page.locator('[data-testid=update-select-button]:visible').click();
  }

  /** The sentence of a refusal, which keeps the dialog open; `accepted` when it closed. */
  private async outcome(dialog: ReturnType<Page['locator']>): Promise<string> {
    const refusal = dialog.getByText(/Refused/).first();
    await Promise.race([refusal.waitFor(), dialog.waitFor({ state: 'hidden' })]);
    return (await refusal.isVisible()) ? refusal.innerText() : 'accepted';
  }

  /** Opens the run's page and answers once it shows this text, with the whole line that holds it. */
  async reads(id: string, text: string): Promise<string> {
    await this.openRun(id);
    const found = this.page.getByText(text).first();
    await found.waitFor();
    return found.innerText();
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}
