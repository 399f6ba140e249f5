/** Alice and Bob have accounts in the guest; Carol is a user of the host only. The team's group is Alice's too. */
export const ALICE = 4001;
export const BOB = 4002;
export const CAROL = 4003;
export const TEAM = 5000;

/** What neither Alice nor Bob nor nobody may see or change. */
export const HIDDEN = ['/users/carol/secret', '/users/roots', '/users/carols', '/proj/others/secret'];

/** A script for a host: its users, and /users and /proj as sites have them, each a file system of its own. */
export const USERS_AND_FILES = `
set -e
for user in alice:${ALICE} bob:${BOB} carol:${CAROL}; do
  echo "\${user%:*}:x:\${user#*:}:\${user#*:}::/users/\${user%:*}:/bin/sh" >>/etc/passwd
  echo "\${user%:*}:x:\${user#*:}:" >>/etc/group
done
echo 'team:x:${TEAM}:alice' >>/etc/group
for path in /users /proj; do
  mkdir $path
  mount -t tmpfs -o mode=755 files $path
done
cd /users
for name in alice bob carol; do
  mkdir $name
  echo "of $name" >$name/secret
  chmod 600 $name/secret
  chmod 700 $name
  chown -R $name:$name $name
done
echo 'of root' >roots
echo 'of carol' >carols
echo 'for all' >readable
chmod 600 roots carols
chown carol carols
cd /proj
mkdir team others
echo 'of the team' >team/ours
echo 'of others' >others/secret
chgrp -R team team
chmod 660 team/ours
chmod 2770 team
chown -R carol:carol others
chmod 770 others
`;

/** A script for a guest: says what its user could do that he may not. Usage: sh SCRIPT USERS PROJ, where these are mounted. */
export const ATTACK = `
could() { what=$1; shift; "$@" >/dev/null 2>&1 && echo "could $what"; }
for file in $1/carol/secret $1/roots $1/carols $2/others/secret; do
  could "read $file" cat $file
  could "append to $file" eval "echo x >>$file"
  could "empty $file" eval "true >$file"
  could "open $file to all" chmod 777 $file
  could "own $file" chown 0 $file
  could "link $file" ln $file $1/alice/link
  could "move $file" mv $file $1/alice/moved
  could "remove $file" rm -f $file
done
for folder in $1 $1/carol $2/others; do
  could "create in $folder" eval "true >$folder/new"
  could "make a folder in $folder" mkdir $folder/new-folder
  could "link to the outside in $folder" ln -s /etc $folder/way
  could "open $folder to all" chmod 777 $folder
done
could "list Carol's" ls $1/carol
could "list others'" ls $2/others
could "make a root's shell" eval "cp /bin/busybox $1/alice/sh && chown 0 $1/alice/sh && chmod 4755 $1/alice/sh"
could "make Carol's shell" eval "cp /bin/busybox $1/alice/sh && chown ${CAROL} $1/alice/sh"
could "give a file to Carol's group" eval "true >$1/alice/given && chgrp ${CAROL} $1/alice/given"
could "make a memory device" mknod $1/alice/memory c 1 1
could "make a disk" mknod $1/alice/disk b 254 0
rm -f $1/alice/sh $1/alice/given
echo "tried as $(id -u)"
`;

/** A 9P conversation in which a guest attaches /users as whom it likes, and reads two files: as hexadecimal messages. */
export function forgedConversation(user: number, name: string): readonly string[] {
  const [T_VERSION, T_ATTACH, T_WALK, T_OPEN, T_READ] = [100, 104, 110, 12, 116];
  const files = [['carol', 'secret'], ['roots']];
  return [
    message(T_VERSION, 0xffff, number(8192, 4), text('9P2000.L')),
    message(T_ATTACH, 1, number(1, 4), number(0xffffffff, 4), text(name), text('/users'), number(user, 4)),
    ...files.flatMap((path, index) => {
      const fid = number(10 + index, 4);
      return [
        message(T_WALK, 2, number(1, 4), fid, number(path.length, 2), ...path.map(text)),
        message(T_OPEN, 3, fid, number(0, 4)),
        message(T_READ, 4, fid, number(0, 8), number(100, 4)),
      ];
    }),
  ];
}

function message(type: number, tag: number, ...parts: readonly Buffer[]): string {
  const body = Buffer.concat([number(type, 1), number(tag, 2), ...parts]);
  return Buffer.concat([number(body.length + 4, 4), body]).toString('hex');
}

function number(value: number, bytes: number): Buffer {
  const all = Buffer.alloc(8);
  all.writeBigUInt64LE(BigInt(value));
  return all.subarray(0, bytes);
}

function text(value: string): Buffer {
  return Buffer.concat([number(value.length, 2), Buffer.from(value)]);
}

/** The types of the messages in an answer. */
export function typesOf(answer: Buffer): readonly number[] {
  return answer.length < 7 ? [] : [answer[4]!, ...typesOf(answer.subarray(answer.readUInt32LE(0)))];
}
