import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type koffiModule from 'koffi';

/**
 * The system calls that Node does not offer, called directly: what a spawned `nsenter`, `sh` and `ip` do in 4 ms takes
 * 0.4 ms this way. All are synchronous, and concern the calling thread only.
 */
export interface Syscalls {
  /** setns(2). */
  setns(fd: number, type: number): void;
  /** socket(2). */
  socket(domain: number, type: number, protocol: number): number;
  close(fd: number): void;
  /** send(2). */
  send(fd: number, message: Buffer): void;
  /** recv(2): the number of bytes received. */
  receive(fd: number, into: Buffer): number;
  /** ioctl(2) with a structure, changed in place. */
  ioctl(fd: number, request: number, argument: Buffer): void;
  /** ioctl(2) with a number. */
  ioctlNumber(fd: number, request: number, argument: number): void;
}

/** A system call that failed: `code` is the errno's name, as in Node's own errors. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';
  readonly code: string;

  constructor(call: string, errno: number) {
    const code =
      Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.code = code;
  }
}

let loaded: Syscalls | undefined;

/** The calls, bound at first use. */
export function syscalls(): Syscalls {
  loaded ??= bind();
  return loaded;
}

function bind(): Syscalls {
  const koffi = createRequire(import.meta.url)('koffi') as typeof koffiModule;
  const libc = koffi.load(null);
  const checked =
    (name: string, call: (...args: readonly never[]) => unknown) =>
    (...args: readonly unknown[]): number => {
      const result = call(...(args as never[])) as number;
      if (result < 0) throw new SyscallError(name, koffi.errno());
      return result;
    };
  const setns = checked('setns', libc.func('int setns(int fd, int type)'));
  const socket = checked('socket', libc.func('int socket(int domain, int type, int protocol)'));
  const close = checked('close', libc.func('int close(int fd)'));
  const send = checked('send', libc.func('long send(int fd, const void *message, size_t length, int flags)'));
  const receive = checked('recv', libc.func('long recv(int fd, _Out_ void *into, size_t length, int flags)'));
  const ioctl = checked(
    'ioctl',
    libc.func('int ioctl(int fd, unsigned long request, _Inout_ void *argument)'),
  );
  const ioctlNumber = checked('ioctl', libc.func('ioctl', 'int', ['int', 'unsigned long', 'unsigned long']));
  return {
    setns: (fd, type) => void setns(fd, type),
    socket,
    close: (fd) => void close(fd),
    send: (fd, message) => void send(fd, message, message.length, 0),
    receive: (fd, into) => receive(fd, into, into.length, 0),
    ioctl: (fd, request, argument) => void ioctl(fd, request, argument),
    ioctlNumber: (fd, request, argument) => void ioctlNumber(fd, request, argument),
  };
}
