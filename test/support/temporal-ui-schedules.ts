import type { TemporalUi } from './temporal-ui.ts';

/** The pages of schedules in the stock Temporal UI, used as an operator uses them. */
export class TemporalUiSchedules {
  constructor(private readonly ui: TemporalUi) {}

  /** Fills the form of a new schedule and submits it; returns when the server has taken it. */
  async create(schedule: { id: string; type: string; taskQueue: string; input: unknown; cron: string }): Promise<void> {
    const { page } = this.ui;
    await this.ui.visit('/schedules/create');
    await page.locator('#name').fill(schedule.id);
    await page.locator('#workflowType').fill(schedule.type);
    await page.locator('#workflowId').fill(schedule.id);
    await page.locator('.cm-content').first().fill(JSON.stringify(schedule.input));
    // Leaving the editor formats the input, which moves the tabs away from under a click.
    await page.locator('#taskQueue').fill(schedule.taskQueue);
    await page.locator('#string-tab').click();
    await page.locator('#cronString').fill(schedule.cron);
    await this.send('create-schedule-button');
  }

  /** Pauses it with a reason. */
  async pause(id: string, reason: string): Promise<void> {
    const { page } = this.ui;
    await this.open(id);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.locator('dialog[open] input').fill(reason);
    await this.send('dialog[open] [data-testid=confirm-modal-button]');
  }

  /** Fires it now. */
  async trigger(id: string): Promise<void> {
    const { page } = this.ui;
    await this.open(id);
    await page.locator('#schedule-actions-menu-button').click();
    await page.getByRole('menuitem', { name: 'Trigger' }).click();
    await this.send('dialog[open] [data-testid=confirm-modal-button]');
  }

  /** What the page of a schedule says in all. */
  async reads(id: string): Promise<string> {
    await this.open(id);
    await this.ui.page.getByTestId('schedule-name').waitFor();
    return this.ui.page.locator('main, #content, body').first().innerText();
  }

  private async open(id: string): Promise<void> {
    await this.ui.visit(`/schedules/${encodeURIComponent(id)}`);
  }

  private async send(button: string): Promise<void> {
    const { page } = this.ui;
    const answered = page.waitForResponse((response) => ['POST', 'PATCH'].includes(response.request().method()));
    await (button.includes(' ') ? page.locator(button) : page.getByTestId(button)).click();
    const response = await answered;
    if (!response.ok()) throw new Error(`the Temporal UI was refused: ${await response.text()}`);
  }
}
