/** Code of labs, workers and workflows is kept by the content of its sources, so all tests may use the same. */
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A home that nobody removes, for its code only. */
export const CODE_HOME = join(tmpdir(), `ovirt-runbooks-code-${userInfo().username}`);
