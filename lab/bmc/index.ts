import type { Host } from '../kernel/host.ts';
import type { FaultTarget, Lab, LabPart } from '../types.ts';
import { Controller, controllers } from './controller.ts';

/** The controller that a world or an event is for, named by its host or as bmc:HOST. */
function controllerOf(lab: Lab, target: string): Controller {
  const found = controllers(lab).get(target.replace(/^bmc:/, ''));
  if (!found) throw new Error(`there is no management controller of ${target}`);
  return found;
}

const world =
  (change: (controller: Controller) => void) =>
  (lab: Lab, { target }: FaultTarget): void =>
    change(controllerOf(lab, target));

/** A management controller in every server. */
export const bmcPart: LabPart = {
  name: 'iDRAC 9',
  onInstall: (host) => void controllers(host.lab).set(host.name, new Controller(host as Host)),
  worlds: {
    /** Nobody answers at the controller's address. */
    'bmc-silent': world((one) => {
      one.answers = false;
      one.cut();
    }),
    /** Someone has changed the password in the controller alone. */
    'bmc-password-changed': world((one) => {
      one.password = `${one.password}-changed`;
    }),
    /** The server runs on two supplies, and its controller switches one of them. */
    'bmc-one-of-two': world((one) => {
      one.besideAnother = true;
    }),
    /** It takes every command and does nothing. */
    'bmc-stuck': world((one) => {
      one.stuck = true;
    }),
  },
  events: {
    'repair-bmc': async (lab, event) => {
      const one = controllerOf(lab, event.target);
      Object.assign(one, {
        ...{ answers: true, stuck: false, besideAnother: false, supplies: true },
        password: lab.secrets.bmcPassword,
      });
      return `someone repaired the management controller of ${one.host.name}`;
    },
  },
  onTargetFault: (lab, fault) => {
    if (fault.target.startsWith('bmc:')) controllerOf(lab, fault.target).cut();
  },
};
