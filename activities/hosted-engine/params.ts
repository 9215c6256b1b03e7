/**
 * activities/hosted-engine/ brings the self-hosted engine about and proves it: preflight, answer file, deployment,
 * cleanup, verification. This file: what its operations take and what they find out.
 */

/** What the engine VM shall be like; what is left out comes from the inventory. */
export interface EngineWish {
  readonly host: string;
  readonly engineFqdn?: string | undefined;
  readonly vcpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly diskGiB?: number | undefined;
  readonly dataCenter?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface LunFacts {
  readonly wwid: string;
  /** As `multipath -ll` shows it: `150G`. */
  readonly size: string;
  readonly vendor: string;
  readonly product: string;
  /** Paths that are `active ready running`. */
  readonly paths: number;
  /** `dm-3`. */
  readonly dm: string;
}

/** What the preflight derives from the host and later steps build on. */
export interface PreflightOutput {
  /** `hostname -f`. */
  readonly hostName: string;
  /** Its address on the management interface. */
  readonly hostAddress: string;
  readonly managementInterface: string;
  readonly gateway: string;
  readonly dnsServers: readonly string[];
  readonly lun: LunFacts;
  readonly vcpusAvailable: number;
  /** Memory that the deployment may give to the engine VM. */
  readonly memoryMiB: number;
  /** Of the engine VM: the inventory's, or one that follows from its name. */
  readonly mac: string;
  /** The engine of this name runs on this host already. */
  readonly deployed?: true;
}

export interface AnswerFileParams extends EngineWish {
  readonly seen: Pick<
    PreflightOutput,
    'hostName' | 'managementInterface' | 'gateway' | 'dnsServers' | 'mac' | 'lun' | 'deployed'
  >;
  /** Answer keys that replace or add to the generated ones: `{"OVEHOSTED_VM/vmVCpus": "str:4"}`. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
}

export interface AnswerFileOutput {
  readonly path: string;
}

export interface DeployParams {
  readonly host: string;
  readonly engineFqdn?: string | undefined;
  /** WWID of the LUN; default: the inventory's. */
  readonly lun?: string | undefined;
}

export interface DeployOutput {
  readonly fqdn: string;
  readonly hostId: number;
  readonly score: number;
}

export interface CleanUpParams {
  readonly host: string;
  readonly engineFqdn?: string | undefined;
  /** WWID of the LUN; default: the inventory's. */
  readonly lun?: string | undefined;
  /** Services that started at boot before the deployment, and are left so. */
  readonly enabledBefore?: readonly string[] | undefined;
  /** The host's place in the shared metadata, which other hosts go on using. */
  readonly hostId?: number | undefined;
  /** The host is in maintenance by then, which sets flags that the cleanup tool leaves. */
  readonly inMaintenance?: boolean | undefined;
  /** What people are asked about afterwards is not named as staying. */
  readonly leftoversOffered?: boolean | undefined;
  /** Ports that firewalld had open for good before the deployment; absent: its ports are left as they are. */
  readonly portsBefore?: readonly string[] | undefined;
}

export interface VerifyParams {
  readonly host: string;
  readonly engineFqdn?: string | undefined;
  /** How long to wait for an engine that is deployed but not healthy yet, in seconds before scaling. */
  readonly waitSeconds?: number | undefined;
}

export interface VerifyOutput {
  readonly fqdn: string;
  readonly portal: string;
  readonly score: number;
}
