/** The SFTP subsystem over a host's files, with the rights of the user that logged in. */
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';
import { actAs } from './current.ts';
import { FileError, normalise } from './file-error.ts';
import type { Host } from './host.ts';
import type { FileStat } from './model.ts';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

interface Handle {
  path: string;
  /** Directory entries not sent yet. */
  entries?: FileEntry[];
  written?: string;
}

const typeBits: Readonly<Record<FileStat['type'], number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  device: 0o020000,
};

function attributes(host: Host, stat: FileStat): Attributes {
  return {
    mode: typeBits[stat.type] | stat.mode,
    uid: host.uid(stat.owner),
    gid: host.uid(stat.group),
    size: stat.size,
    atime: Math.floor(stat.modified / 1000),
    mtime: Math.floor(stat.modified / 1000),
  };
}

export function serveSftp(host: Host, sftp: SFTPWrapper, connection: { user: string; cut: () => void }): void {
  const handles = new Map<number, Handle>();
  let next = 0;
  const actor = { user: connection.user, umask: 0o022, counts: true };
  const absolute = (path: string): string =>
    normalise(path.startsWith('/') ? path : `${host.home(connection.user) ?? '/'}/${path}`);
  const attempt = (id: number, work: () => void): void => {
    try {
      actAs(actor, work);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const code =
        error.code === 'ENOENT'
          ? STATUS_CODE.NO_SUCH_FILE
          : error.code === 'EACCES'
            ? STATUS_CODE.PERMISSION_DENIED
            : STATUS_CODE.FAILURE;
      sftp.status(id, code, error.reason);
    }
  };
  const done = (id: number, work: () => void): void =>
    attempt(id, () => {
      work();
      sftp.status(id, STATUS_CODE.OK);
    });
  const give = (id: number, handle: Handle): void => {
    const key = Buffer.alloc(4);
    key.writeUInt32BE(next);
    handles.set(next++, handle);
    sftp.handle(id, key);
  };
  const handleOf = (key: Buffer): Handle | undefined => handles.get(key.length === 4 ? key.readUInt32BE(0) : -1);
  const change = (path: string, attrs: Attributes): void => {
    if (attrs.mode !== undefined) host.fs.chmod(path, attrs.mode & 0o7777);
    if (attrs.mtime !== undefined) host.fs.touch(path, attrs.mtime * 1000);
  };

  sftp.on('OPEN', (id, filename, flags, attrs) =>
    attempt(id, () => {
      const path = absolute(filename);
      const handle: Handle = { path };
      if (flags & OPEN_MODE.WRITE) {
        handle.written = '';
        if (!host.fs.exists(path.slice(0, path.lastIndexOf('/')) || '/')) throw new FileError('ENOENT', path);
        if (flags & OPEN_MODE.TRUNC || !host.fs.exists(path))
          host.fs.writeBytes(path, '', attrs.mode === undefined ? {} : { mode: attrs.mode & 0o7777 });
      } else host.fs.readBytes(path);
      give(id, handle);
    }),
  );
  sftp.on('READ', (id, key, offset, length) =>
    attempt(id, () => {
      const handle = handleOf(key);
      if (!handle) return sftp.status(id, STATUS_CODE.FAILURE);
      const bytes = host.fs.readBytes(handle.path).slice(offset, offset + length);
      if (bytes === '') sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, Buffer.from(bytes, 'latin1'));
    }),
  );
  sftp.on('WRITE', (id, key, offset, data) =>
    done(id, () => {
      const handle = handleOf(key);
      if (!handle) throw new FileError('EBADF', '');
      const bytes = data.toString('latin1');
      const old = host.fs.readBytes(handle.path);
      host.fs.writeBytes(
        handle.path,
        old.slice(0, offset).padEnd(offset, '\0') + bytes + old.slice(offset + bytes.length),
      );
      handle.written = (handle.written ?? '') + bytes;
    }),
  );
  sftp.on('CLOSE', (id, key) => {
    const handle = handleOf(key);
    handles.delete(key.readUInt32BE(0));
    if (handle?.written !== undefined) {
      const recorded = host.lab.record({ target: host.name, kind: 'command', text: `sftp put ${handle.path}` });
      recorded.entry.stdin = Buffer.from(handle.written, 'latin1').toString('utf8');
      recorded.finish({ exit: 0 });
    }
    sftp.status(id, STATUS_CODE.OK);
  });
  sftp.on('FSTAT', (id, key) =>
    attempt(id, () => sftp.attrs(id, attributes(host, host.fs.stat(handleOf(key)?.path ?? '')))),
  );
  sftp.on('STAT', (id, path) => attempt(id, () => sftp.attrs(id, attributes(host, host.fs.stat(absolute(path))))));
  sftp.on('LSTAT', (id, path) => attempt(id, () => sftp.attrs(id, attributes(host, host.fs.lstat(absolute(path))))));
  sftp.on('SETSTAT', (id, path, attrs) => done(id, () => change(absolute(path), attrs)));
  sftp.on('FSETSTAT', (id, key, attrs) => done(id, () => change(handleOf(key)?.path ?? '', attrs)));
  sftp.on('OPENDIR', (id, filename) =>
    attempt(id, () => {
      const path = absolute(filename);
      const entries = host.fs.list(path).map((name) => {
        const stat = host.fs.lstat(`${path}/${name}`);
        return { filename: name, longname: name, attrs: attributes(host, stat) };
      });
      give(id, { path, entries });
    }),
  );
  sftp.on('READDIR', (id, key) => {
    const entries = handleOf(key)?.entries?.splice(0) ?? [];
    if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, entries);
  });
  sftp.on('REMOVE', (id, path) => done(id, () => host.fs.remove(absolute(path))));
  sftp.on('RMDIR', (id, path) =>
    done(id, () => {
      if (host.fs.list(absolute(path)).length > 0) throw new FileError('ENOTEMPTY', path);
      host.fs.remove(absolute(path));
    }),
  );
  sftp.on('MKDIR', (id, path, attrs) =>
    done(id, () => {
      if (host.fs.exists(absolute(path))) throw new FileError('EEXIST', path);
      host.fs.mkdir(absolute(path), attrs.mode === undefined ? {} : { mode: attrs.mode & 0o7777 });
    }),
  );
  sftp.on('RENAME', (id, from, to) => done(id, () => host.fs.rename(absolute(from), absolute(to))));
  sftp.on('SYMLINK', (id, target, path) => done(id, () => host.fs.symlink(target, absolute(path))));
  sftp.on('READLINK', (id, path) =>
    attempt(id, () =>
      sftp.name(id, [{ filename: host.fs.readlink(absolute(path)), longname: '', attrs: {} as Attributes }]),
    ),
  );
  sftp.on('REALPATH', (id, path) => {
    const real = absolute(path === '.' ? '' : path);
    sftp.name(id, [{ filename: real, longname: real, attrs: {} as Attributes }]);
  });
}
