/** rtnetlink(7) messages by name. */
export const Message = {
  ERROR: 2, DONE: 3, NEWLINK: 16, DELLINK: 17, GETLINK: 18, NEWADDR: 20, DELADDR: 21, GETADDR: 22,
  NEWROUTE: 24, DELROUTE: 25, GETROUTE: 26,
} as const; // prettier-ignore

/** Flags of a netlink request. */
export const Flag = {
  REQUEST: 1, ACK: 4, DUMP: 0x300, REPLACE: 0x100, EXCLUSIVE: 0x200, CREATE: 0x400, APPEND: 0x800,
} as const; // prettier-ignore

/** One attribute: its length, its type and its value, padded. */
export function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc((4 + value.length + 3) & ~3);
  padded.writeUInt16LE(4 + value.length, 0);
  padded.writeUInt16LE(type, 2);
  value.copy(padded, 4);
  return padded;
}

/** The attributes behind a message's header of `start` bytes, in their order. */
export function attributesOf(message: Buffer, start: number): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = start; at + 4 <= message.length; at += (message.readUInt16LE(at) + 3) & ~3) {
    attributes.set(
      message.readUInt16LE(at + 2) & 0x3fff,
      message.subarray(at + 4, at + message.readUInt16LE(at)),
    );
  }
  return attributes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A text that ends with a NUL. */
export function textOf(value: Buffer): string {
  return value.toString('latin1').replace(/\0.*$/, '');
}

/** A text with its NUL. */
export function zeroEnded(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
