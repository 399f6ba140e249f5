import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { HAS, PROVIDE } from './_images.ts';

const CACHE = '/var/cache/benito-pipeline/images';

let host: Host;
let server: Server;
let url: string;
/** What the server was asked for, as `GET /path`. */
let asked: string[] = [];
/** The good image, 4 MB of it used. */
let image: Buffer;

beforeAll(async () => {
  host = await throwAwayHost({ network: 'shared' }); // the server is this process
  await host.must(['sh', '-c', MAKE_IMAGES]);
  image = Buffer.from(await host.must(['base64', '-w0', '/tmp/own/good.qcow2']), 'base64');
  server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  server.close();
  await host.close();
});
beforeEach(() => {
  asked = [];
});

const MAKE_IMAGES = `
mkdir -p /tmp/own && cd /tmp/own
qemu-img create -q -f qcow2 good.qcow2 16M
dd if=/dev/urandom bs=64k count=64 of=random status=none
qemu-img convert -f raw -O qcow2 random good.qcow2
qemu-img resize -q good.qcow2 16M
bzip2 -k good.qcow2
head -c 1000000 good.qcow2.bz2 >cut.qcow2.bz2
cp good.qcow2.bz2 damaged.qcow2.bz2 && printf 'somethingelse' | dd of=damaged.qcow2.bz2 bs=1 seek=70000 conv=notrunc status=none
head -c 1000000 good.qcow2 >cut.qcow2
head -c 40 good.qcow2 >header.qcow2
echo secret >/tmp/own/secret
qemu-img create -q -f qcow2 -F raw -b /tmp/own/secret backing.qcow2 1M
qemu-img create -q -f qcow2 -o data_file=other.raw,data_file_raw=on data-file.qcow2 1M
qemu-img create -q --object secret,id=s,data=x -f qcow2 -o encrypt.format=luks,encrypt.key-secret=s encrypted.qcow2 1M
bzip2 -k backing.qcow2
echo '<html>not found</html>' >page.qcow2
echo 'some words' >words.qcow2
: >empty.qcow2
gzip -k -c good.qcow2 >good.qcow2.gz
truncate -s 1M disk.raw && mke2fs -q -t ext4 disk.raw
`;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!;
  asked.push(`${request.method} ${path}`);
  const send = (body: Buffer, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(200, { 'content-length': String(body.length), ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  if (path === '/good.qcow2') send(image, { etag: '"1"' });
  else if (path === '/moved') response.writeHead(302, { location: '/good.qcow2' }).end();
  else if (path === '/to-a-file') response.writeHead(302, { location: 'file:///tmp/own/good.qcow2' }).end();
  else if (path === '/large') {
    response.writeHead(200, { 'content-length': '40000000' });
    if (request.method === 'HEAD') response.end();
    else sendSlowly(response, 40);
  } else if (path === '/no-head') {
    if (request.method === 'HEAD') response.writeHead(405).end();
    else response.end(image);
  } else if (path === '/ends-early') {
    response.writeHead(200, { 'content-length': '1000000' });
    if (request.method === 'HEAD') response.end();
    else response.write(image.subarray(0, 1000), () => response.destroy());
  } else response.writeHead(path === '/broken' ? 500 : 404).end();
}

/** Megabytes, 50 a second. */
function sendSlowly(response: ServerResponse, megabytes: number): void {
  if (megabytes === 0) response.end();
  else {
    response.write(Buffer.alloc(1_000_000, 'x'));
    setTimeout(() => sendSlowly(response, megabytes - 1), 20);
  }
}

const provide = (source: string, link = '/tmp/link'): Promise<Ended> => host.run([PROVIDE, source, link]);
const has = async (source: string, link = '/tmp/link'): Promise<boolean> =>
  (await host.run([HAS, source, link])).code === 0;
/** Everything in the cache, whole or not; `sources` are its own notes. */
const cached = async (): Promise<readonly string[]> =>
  (
    await host.run([
      'sh',
      '-c',
      `find ${CACHE} -mindepth 1 -maxdepth 1 ! -name sources -printf '%f\\n' | sort`,
    ])
  ).stdout
    .split('\n')
    .filter((name) => name !== '');
const digest = async (path: string): Promise<string> => (await host.must(['sha256sum', path])).split(' ')[0]!;

describe("users' images", () => {
  test('a path, a URL, a redirection and a bzip2 of the same image are one in the cache', async () => {
    const wanted = await digest('/tmp/own/good.qcow2');
    const sources = [
      '/tmp/own/good.qcow2',
      'file:///tmp/own/good.qcow2',
      '/tmp/own/good.qcow2.bz2',
      `${url}/good.qcow2`,
      `${url}/moved`,
      `${url}/no-head`,
    ];
    for (const source of sources) {
      expect(await provide(source)).toMatchObject({ code: 0 });
      expect([source, await digest('/tmp/link/root.img')]).toEqual([source, wanted]);
      expect(await host.read('/tmp/link/format')).toBe('qcow2\n');
      expect(await has(source)).toBe(true);
    }
    expect(await cached()).toEqual([`user-${wanted.slice(0, 16)}`]);
  });

  test('what was fetched is fetched again only when the server has another, and serves while there is no server', async () => {
    expect(await provide(`${url}/good.qcow2`)).toMatchObject({ code: 0, stderr: '' });
    expect(asked).toEqual(['HEAD /good.qcow2']);
    const offline = await host.run(['unshare', '--net', PROVIDE, `${url}/good.qcow2`, '/tmp/link']);
    expect([offline.code, offline.stderr]).toEqual([
      0,
      expect.stringMatching(/good\.qcow2 cannot be reached now; the copy of \d{4}-\d\d-\d\d serves/),
    ]);
    expect((await provide('/tmp/own/good.qcow2')).stderr).toBe('');
  });

  test('a file that has changed is another image; the earlier one stays as it was', async () => {
    await host.must(['cp', '/tmp/own/good.qcow2', '/tmp/own/changing.qcow2']);
    await provide('/tmp/own/changing.qcow2');
    const before = await host.must(['readlink', '/tmp/link']);
    await host.must(['qemu-img', 'resize', '-q', '/tmp/own/changing.qcow2', '32M']);
    expect(await has('/tmp/own/changing.qcow2')).toBe(false);
    await provide('/tmp/own/changing.qcow2');
    expect(await has('/tmp/own/changing.qcow2')).toBe(true);
    expect(await host.must(['readlink', '/tmp/link'])).not.toBe(before);
    await host.must(['test', '-f', `${before.trim()}/root.img`]);
  });

  test('a raw disk does, and is said to be one', async () => {
    const { code, stderr } = await provide('/tmp/own/disk.raw');
    expect([code, await host.read('/tmp/link/format')]).toEqual([0, 'raw\n']);
    expect(stderr).toContain('the image /tmp/own/disk.raw is raw');
  });

  test('progress is told where the size is known', async () => {
    expect((await provide(`${url}/large`)).stderr).toMatch(/ {2}fetched: \d+ % of 40 MB\n/);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['/tmp/own/nowhere.qcow2', /^there is no image \/tmp\/own\/nowhere\.qcow2\n {2}name a qcow2 file/],
    ['/tmp/own', /^\/tmp\/own is no file\n/],
    ['ftp://there/image', /^ftp:\/\/there\/image is no place to get images from\n {2}http:/],
    ['/tmp/own/cut.qcow2', /the image \/tmp\/own\/cut\.qcow2 is damaged\n {2}get the file again/],
    ['/tmp/own/header.qcow2', /header\.qcow2 is cut off within its header/],
    ['/tmp/own/cut.qcow2.bz2', /the compressed image \/tmp\/own\/cut\.qcow2\.bz2 is cut off\n/],
    ['/tmp/own/damaged.qcow2.bz2', /the compressed image \/tmp\/own\/damaged\.qcow2\.bz2 is damaged\n/],
    ['/tmp/own/backing.qcow2', /backing\.qcow2 has a backing file.*\n {2}qemu-img convert/],
    ['/tmp/own/backing.qcow2.bz2', /backing\.qcow2\.bz2 has a backing file/],
    ['/tmp/own/data-file.qcow2', /data-file\.qcow2 keeps its data in another file/],
    ['/tmp/own/encrypted.qcow2', /encrypted\.qcow2 is encrypted/],
    ['/tmp/own/page.qcow2', /page\.qcow2 is no disk image that can be used here: it is a page of HTML/],
    ['/tmp/own/words.qcow2', /words\.qcow2 is no disk image that can be used here/],
    ['/tmp/own/empty.qcow2', /empty\.qcow2 is no disk image that can be used here: it is empty/],
    [
      '/tmp/own/good.qcow2.gz',
      /good\.qcow2\.gz is no disk image that can be used here: it is gzip-compressed/,
    ],
    ['URL/large', /large is no disk image that can be used here/],
    ['URL/missing', /missing cannot be had: the server answers 404\n {2}look at the URL/],
    ['URL/broken', /broken cannot be had: the server answers 500\n/],
    ['URL/ends-early', /ends-early came in part only/],
    ['URL/to-a-file', /to-a-file cannot be had: Protocol "file" not supported/],
    ['http://127.0.0.1:9/image', /image cannot be had: Failed to connect.*\n {2}is the URL right/],
    ['http://user:word@127.0.0.1:9/image', /the image http:\/\/127\.0\.0\.1:9\/image cannot be had/],
  ];
  test.each(refused)('%s is refused, and leaves nothing', async (source, message) => {
    const before = await cached();
    await host.must(['rm', '-f', '/tmp/link']);
    const { code, stderr } = await provide(source.replace('URL', url));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain('word@');
    expect(await cached()).toEqual(before);
    expect((await host.run(['test', '-L', '/tmp/link'])).code).toBe(1);
    expect(await has(source.replace('URL', url))).toBe(false);
  });

  test('a full disk is told as that, and nothing is left on it', async () => {
    const small = ['mount', '-t', 'tmpfs', '-o', 'mode=755,size=2m', 'small', CACHE];
    await host.must(small);
    try {
      const early = await provide('/tmp/own/good.qcow2');
      expect(early).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/an image needs \d+ MB in .*, and \d MB are free there\n {2}make room/),
      });
      for (const source of ['/tmp/own/good.qcow2.bz2', `${url}/no-head`]) {
        const late = await provide(source);
        expect(late).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(
            /the disk that holds .* is full or not to be written to: \d MB are free\n/,
          ),
        });
      }
      expect(await cached()).toEqual([]);
    } finally {
      await host.must(['umount', CACHE]);
    }
  });
});
