import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

const fqdn = z
  .string()
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i,
    'must be a fully qualified name such as ovirt.example.org',
  );

/** The deploy refuses other characters in these names (ovirt-hosted-engine-setup, question datacenterName). */
const ovirtName = z.string().regex(/^[a-zA-Z0-9_-]+$/, 'may hold only letters, digits, "-" and "_"');

/** Keys of an otopi answer file; passwords have no place in an input that is kept in history. */
const answerKey = /^OVEHOSTED_[A-Z]+\/[A-Za-z0-9_]+$/;
const secretKey = /pass(word|wd)?$|pwd$/i;

export const DeployHostedEngineInput = z
  .strictObject({
    host: z.string().min(1).describe('Host that gets the engine VM: its name in the inventory'),
    engineFqdn: fqdn.optional().describe('FQDN of the engine; default: engine.fqdn of the inventory'),
    vcpus: z
      .number()
      .int()
      .min(2)
      .max(64)
      .optional()
      .describe('vCPUs of the engine VM; default: that of the inventory, else 4'),
    memoryMiB: z
      .number()
      .int()
      .min(4096)
      .max(262144)
      .optional()
      .describe('Memory of the engine VM in MiB; default: that of the inventory, else 16384'),
    diskGiB: z
      .number()
      .int()
      .min(50)
      .max(1024)
      .optional()
      .describe('Disk of the engine VM in GiB; default: that of the inventory, else 51'),
    dataCenter: ovirtName
      .optional()
      .describe('Name of the data center that the deploy creates; default: that of the inventory, else Default'),
    cluster: ovirtName
      .optional()
      .describe('Name of the cluster that the deploy creates; default: that of the inventory, else Default'),
    answers: z
      .record(
        z.string().regex(answerKey, 'must look like OVEHOSTED_VM/vmVCpus'),
        z.string().regex(/^(str|int|bool|none):[^\r\n]*$/, 'must look like str:4, int:16384 or bool:True'),
      )
      .refine((answers) => !Object.keys(answers).some((key) => secretKey.test(key)), {
        message: 'must not hold passwords: name them in the inventory (engine.password, engine.rootPassword)',
      })
      .optional()
      .describe(
        'Answer keys that replace or add to the generated ones, otopi type first: {"OVEHOSTED_VM/vmVCpus": "str:4"}',
      ),
    ...commonInput,
  })
  .refine(
    (input) =>
      input.dataCenter === undefined ||
      input.dataCenter === 'Default' ||
      (input.cluster !== undefined && input.cluster !== 'Default'),
    {
      path: ['cluster'],
      message: 'must be named, and not Default, when dataCenter is not Default (the deploy refuses that pair)',
    },
  );

export type DeployHostedEngineInput = z.infer<typeof DeployHostedEngineInput>;

export const deployHostedEngine: RunbookDefinition<DeployHostedEngineInput> = {
  name: 'deployHostedEngine',
  title: 'Deploy the hosted engine',
  purpose:
    'Installs the oVirt engine as a virtual machine on the first host of a cluster, on a Fibre Channel LUN, and proves that it serves.',
  risk: 'destructive',
  input: DeployHostedEngineInput,
  identity: ['host', 'engineFqdn', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  locks: hostAndEngineLocks,
  example: { host: 'host1' },
  typicalDuration: '40 minutes',
  source: 'article, sections 1-3; ovirt-hosted-engine-setup 2.3',
};
