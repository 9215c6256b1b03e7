import { clusterOf, dataCenterOf } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { tagsOf } from '../database/tags.ts';
import type { Call } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';

const fields = (call: Call): Fields<HostRow> => ({
  name: (row) => row.name,
  address: (row) => row.address,
  id: (row) => row.id,
  comment: (row) => row.comment,
  status: (row) => row.status.replaceAll('_', ''),
  cluster: (row) => clusterOf(call.db, row).name,
  'cluster.name': (row) => clusterOf(call.db, row).name,
  datacenter: (row) => dataCenterOf(call.db, row)?.name,
  'datacenter.name': (row) => dataCenterOf(call.db, row)?.name,
  spm_id: (row) => row.spmId,
  ha_score: (row) => row.ha?.score,
  update_available: (row) => String(row.updateAvailable === true),
  tag: (row) => tagsOf(call.db, row).map(({ name }) => name),
});

/** Status words are accepted with and without underscores. */
function withStatusWords(query: URLSearchParams): URLSearchParams {
  const search = query.get('search');
  if (search === null) return query;
  const out = new URLSearchParams(query);
  out.set(
    'search',
    search.replace(
      /(status\s*!?=\s*)([\w]+)/gi,
      (_all, before: string, word: string) => before + word.replaceAll('_', ''),
    ),
  );
  return out;
}

/** The hosts that a request asks for by its search. */
export const searchedHosts = (call: Call): HostRow[] =>
  select([...call.db.hosts.values()], fields(call), withStatusWords(call.query));
