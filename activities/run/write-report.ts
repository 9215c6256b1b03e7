import { Artifacts } from '../../connectors/artifacts.ts';
import { reportMarkdown } from '../../reports/markdown.ts';
import type { Report } from '../../workflows/contract.ts';
import type { ActivityServices } from '../runtime/services.ts';

export interface WriteReportInput {
  readonly report: Report;
}

export interface FileRef {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface ReportFiles {
  readonly markdown: FileRef;
  readonly json: FileRef;
}

/** Writes `report.md` and `report.json` of a run into the artifact store, because histories have a retention. */
export async function writeReport(services: ActivityServices, { report }: WriteReportInput): Promise<ReportFiles> {
  const artifacts = new Artifacts(services.home, report.id);
  const name = `report-${report.runId}`;
  const json = await artifacts.write(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`);
  const markdown = await artifacts.write(`${name}.md`, reportMarkdown(report));
  return { markdown, json };
}
