import { cluster, clusters } from '../resources/clusters.ts';
import { dataCenter, dataCenters } from '../resources/data-centers.ts';
import { event, events } from '../resources/events.ts';
import { host, hosts } from '../resources/hosts.ts';
import { job, jobs, step, steps } from '../resources/jobs.ts';
import {
  attachedStorageDomain,
  attachedStorageDomains,
  storageDomain,
  storageDomains,
} from '../resources/storage-domains.ts';
import { vm, vms } from '../resources/vms.ts';
import type { Handler } from './call.ts';

/** What the lab has behind the API's services; the rest of the API exists and is answered with 501. */
const services: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  attached_storage_domain: attachedStorageDomain,
  attached_storage_domains: attachedStorageDomains,
  cluster,
  clusters,
  data_center: dataCenter,
  data_centers: dataCenters,
  event,
  events,
  host,
  hosts,
  job,
  jobs,
  step,
  steps,
  storage_domain: storageDomain,
  storage_domains: storageDomains,
  vm,
  vms,
};

export const handlerFor = (service: string, method: string): Handler | undefined => services[service]?.[method];
