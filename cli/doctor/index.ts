import { SshPool } from '../../connectors/ssh.ts';
import type { LoadedInventory } from '../../inventory/load.ts';
import { resolveProfile } from '../../profiles/index.ts';
import type { Settings } from '../settings.ts';
import { checkController } from './controllers.ts';
import { beforeDeployment, checkEngine } from './engine.ts';
import { checkEngineMachine } from './engine-machine.ts';
import { type Finding, limited, notChecked } from './finding.ts';
import { checkHome } from './home.ts';
import { checkHost, type HostReport } from './host.ts';
import { checkImages } from './images.ts';
import { checkFiles, checkInventory, checkSecrets } from './inventory.ts';
import { checkPlacement } from './placement.ts';
import { checkStorage, storageSubject } from './storage.ts';
import { checkTemporal } from './temporal.ts';

/** In seconds; all areas are looked at side by side. */
const LIMIT = 20;
/** A host that does not answer costs ten seconds for its TCP connection and as many for the login. */
const HOST_LIMIT = 45;
/** After the hosts, of which some are asked. */
const BEHIND_LIMIT = 15;

/** Looks at everything from this machine. Changes nothing; ends within a minute, whatever hangs. */
export async function examine(settings: Settings): Promise<readonly Finding[]> {
  const { address } = settings;
  let workers: readonly string[] = [];
  const temporal = limited('temporal.reachable', address, LIMIT, async () => {
    const report = await checkTemporal(settings);
    workers = report.workers;
    return report.findings;
  });
  const home = limited('home.writable', settings.home.directory, LIMIT, () => checkHome(settings.home));
  const { loaded, findings: inventory } = await checkInventory(settings.inventory);
  if (loaded === undefined) {
    const rest = notChecked(['secret', 'engine', 'host', 'placement'], settings.inventory, 'the inventory is not good');
    return [...inventory, ...(await temporal), ...(await home), ...rest];
  }
  const secrets = limited('secret', settings.inventory, LIMIT, () => checkSecrets(loaded));
  const files = limited('inventory.image', settings.inventory, LIMIT, () => checkFiles(settings.inventory, loaded));
  const { engine, hosts, controllers, storage } = await checkSite(loaded);
  const bootIds = Object.fromEntries(hosts.flatMap(({ name, facts }) => (facts ? [[name, facts.bootId]] : [])));
  const server = await temporal;
  const placement = await limited('placement.machine', address, LIMIT, () =>
    checkPlacement(loaded.inventory, bootIds, { address, workers }),
  );
  return [
    ...inventory,
    ...(await files),
    ...(await secrets),
    ...server,
    ...placement,
    ...(await home),
    ...engine,
    ...hosts.flatMap(({ findings }) => findings),
    ...controllers,
    ...storage,
  ];
}

async function checkSite(loaded: LoadedInventory) {
  const { inventory } = loaded;
  const ssh = new SshPool();
  const profile = resolveProfile(inventory);
  try {
    const asked = limited('engine.reachable', inventory.engine.url, LIMIT, (signal) =>
      checkEngine({ loaded, profile, ssh, signal }),
    );
    const inEngine = limited('engine.machine', inventory.engine.fqdn, HOST_LIMIT, (signal) =>
      checkEngineMachine({ loaded, profile, ssh, signal }),
    );
    const hosts = await Promise.all(
      inventory.hosts.map(async (host): Promise<HostReport> => {
        let report: HostReport | undefined;
        const findings = await limited('host.login', host.name, HOST_LIMIT, async (signal) => {
          report = await checkHost({ host, loaded, profile, ssh, signal });
          return report.findings;
        });
        return report ?? { name: host.name, findings };
      }),
    );
    const open = hosts.filter(({ facts }) => facts !== undefined).map(({ name }) => name);
    const controllers = Promise.all(
      inventory.hosts.map((host) =>
        limited('host.controller', host.name, BEHIND_LIMIT, (signal) =>
          checkController({ loaded, profile, ssh, signal }, host, open),
        ),
      ),
    );
    const able = hosts.filter((_report, index) => inventory.hosts[index]?.role === 'hostedEngine');
    const undeployed = able.length > 0 && able.every(({ facts }) => facts?.hostedEngine === false);
    const verified = await asked;
    const trusted = verified.some(({ id, state }) => id === 'engine.ca' && state === 'ok');
    const storage = Promise.all(
      inventory.storage.dataDomains.map((domain) =>
        limited('storage.reach', storageSubject(domain), BEHIND_LIMIT, (signal) =>
          checkStorage({ loaded, profile, ssh, signal }, domain, open, trusted),
        ),
      ),
    );
    // What proves the engine proves its image proxy: one finding for one missing CA.
    const images = trusted
      ? limited('engine.images', inventory.engine.url, HOST_LIMIT, (signal) =>
          checkImages({ loaded, profile, ssh, signal }),
        )
      : notChecked(['engine.images'], inventory.engine.url, 'the engine is not verified');
    const engine = [...verified, ...(await inEngine), ...(await images)];
    return {
      hosts,
      engine: undeployed ? beforeDeployment(engine) : engine,
      controllers: (await controllers).flat(),
      storage: (await storage).flat(),
    };
  } finally {
    await ssh.close();
  }
}
