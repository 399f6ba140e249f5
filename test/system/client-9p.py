"""
A guest's side of 9P2000.L, without a kernel between: says whatever it is told to, forged user and group ids too.

Usage: client-9p.py ADDRESS PORT [SOURCE_ADDRESS] < JSON
The input is a list of operations [NAME, ARGUMENTS...], done in order over one connection; the output a list of
answers, in JSON: the value, or {"errno": NAME}. A connection that is refused or cut gives {"errno": "ECONNRESET"}
for the rest.
"""

import errno
import hashlib
import json
import os
import socket
import struct
import sys

NOFID = 0xFFFFFFFF
NONUNAME = 0xFFFFFFFF
LARGE = 131072 + 24


class Refused(Exception):
    pass


class Session:
    def __init__(self, address, port, source):
        self.socket = socket.create_connection((address, port), 5, source_address=source)
        self.socket.settimeout(60)
        self.fids = 100
        self.roots = {}
        kind, body = self.call(100, struct.pack("<I", LARGE) + text("9P2000.L"), 0xFFFF)
        self.msize = struct.unpack_from("<I", body)[0]

    def call(self, kind, body, tag=1):
        self.socket.sendall(struct.pack("<IBH", 7 + len(body), kind, tag) + body)
        size, got, _ = struct.unpack("<IBH", self.exactly(7))
        answer = self.exactly(size - 7)
        if got == 7:
            code = struct.unpack("<I", answer)[0]
            raise Refused(errno.errorcode.get(code, str(code)))
        if got != kind + 1:
            raise RuntimeError(f"message {kind} was answered by {got}")
        return got, answer

    def exactly(self, size):
        parts = []
        while size > 0:
            part = self.socket.recv(min(size, 1 << 20))
            if not part:
                raise ConnectionResetError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def fid(self):
        self.fids += 1
        return self.fids

    def attach(self, name, uid, aname, uname=""):
        fid = self.fid()
        self.call(104, struct.pack("<II", fid, NOFID) + text(uname) + text(aname) + struct.pack("<I", uid))
        self.roots[name] = fid
        return "attached"

    def walk(self, who, path):
        """A new fid for a path; where the way is barred, the errno of the name that bars it."""
        names = [one for one in path.split("/") if one]
        fid = self.fid()
        if self.step(self.roots[who], fid, names) == len(names):
            return fid
        self.step(self.roots[who], fid, [])
        try:
            for name in names:
                self.step(fid, fid, [name])
        except Refused:
            self.clunk(fid)
            raise
        return fid

    def step(self, fid, new, names):
        _, body = self.call(110, struct.pack("<IIH", fid, new, len(names)) + b"".join(map(text, names)))
        return struct.unpack_from("<H", body)[0]

    def parent(self, who, path):
        head, _, tail = path.rstrip("/").rpartition("/")
        return self.walk(who, head), tail

    def clunk(self, fid):
        self.call(120, struct.pack("<I", fid))

    def open(self, who, path, flags):
        fid = self.walk(who, path)
        try:
            self.call(12, struct.pack("<II", fid, flags))
        except Refused:
            self.clunk(fid)
            raise
        return fid

    def create(self, who, path, data="", mode=0o644, gid=0, flags=os.O_RDWR):
        fid, name = self.parent(who, path)
        try:
            self.call(14, struct.pack("<I", fid) + text(name) + struct.pack("<III", flags | os.O_CREAT, mode, gid))
            self.put(fid, 0, data.encode())
        finally:
            self.clunk(fid)
        return "created"

    def put(self, fid, offset, data):
        step = self.msize - 24
        for at in range(0, len(data), step):
            part = data[at : at + step]
            _, body = self.call(118, struct.pack("<IQI", fid, offset + at, len(part)) + part)
            if struct.unpack("<I", body)[0] != len(part):
                raise RuntimeError("a short write")

    def chunks(self, fid):
        offset = 0
        while True:
            _, body = self.call(116, struct.pack("<IQI", fid, offset, self.msize - 24))
            data = body[4:]
            if not data:
                return
            yield data
            offset += len(data)

    def read(self, who, path):
        fid = self.open(who, path, os.O_RDONLY)
        try:
            return b"".join(self.chunks(fid)).decode()
        finally:
            self.clunk(fid)

    def write(self, who, path, data, offset=0, flags=os.O_WRONLY):
        fid = self.open(who, path, flags)
        try:
            self.put(fid, offset, data.encode())
        finally:
            self.clunk(fid)
        return "written"

    def append(self, who, path, data):
        return self.write(who, path, data, 0, os.O_WRONLY | os.O_APPEND)

    def stat(self, who, path):
        fid = self.walk(who, path)
        try:
            _, body = self.call(24, struct.pack("<IQ", fid, 0x7FF))
        finally:
            self.clunk(fid)
        mode, uid, gid, _, _, size = struct.unpack_from("<IIIQQQ", body, 8 + 13)
        return {"mode": oct(mode & 0o7777), "uid": uid, "gid": gid, "size": size}

    def setattr(self, who, path, valid, mode=0, uid=0, gid=0, size=0):
        fid = self.walk(who, path)
        try:
            self.call(26, struct.pack("<IIIIIQQQQQ", fid, valid, mode, uid, gid, size, 0, 0, 0, 0))
        finally:
            self.clunk(fid)
        return "set"

    def chmod(self, who, path, mode):
        return self.setattr(who, path, 1, mode=mode)

    def chown(self, who, path, uid, gid):
        return self.setattr(who, path, 2 | 4, uid=uid, gid=gid)

    def chgrp(self, who, path, gid):
        return self.setattr(who, path, 4, gid=gid)

    def truncate(self, who, path, size):
        return self.setattr(who, path, 8, size=size)

    def mkdir(self, who, path, mode=0o755, gid=0):
        fid, name = self.parent(who, path)
        try:
            self.call(72, struct.pack("<I", fid) + text(name) + struct.pack("<II", mode, gid))
        finally:
            self.clunk(fid)
        return "made"

    def mknod(self, who, path, mode, major, minor):
        fid, name = self.parent(who, path)
        try:
            self.call(18, struct.pack("<I", fid) + text(name) + struct.pack("<IIII", mode, major, minor, 0))
        finally:
            self.clunk(fid)
        return "made"

    def symlink(self, who, path, target):
        fid, name = self.parent(who, path)
        try:
            self.call(16, struct.pack("<I", fid) + text(name) + text(target) + struct.pack("<I", 0))
        finally:
            self.clunk(fid)
        return "made"

    def rename(self, who, old, new):
        fid = self.walk(who, old)
        directory, name = self.parent(who, new)
        try:
            self.call(20, struct.pack("<II", fid, directory) + text(name))
        finally:
            self.clunk(fid)
            self.clunk(directory)
        return "renamed"

    def remove(self, who, path):
        self.call(122, struct.pack("<I", self.walk(who, path)))
        return "removed"

    def list(self, who, path=""):
        fid = self.open(who, path, os.O_RDONLY)
        names, offset = [], 0
        try:
            while True:
                _, body = self.call(40, struct.pack("<IQI", fid, offset, self.msize - 24))
                at, end = 4, 4 + struct.unpack_from("<I", body)[0]
                if at == end:
                    return sorted(set(names) - {".", ".."})
                while at < end:
                    offset, _, length = struct.unpack_from("<QBH", body, at + 13)
                    names.append(body[at + 24 : at + 24 + length].decode())
                    at += 24 + length
        finally:
            self.clunk(fid)

    def fill(self, who, path, size):
        """Writes a file of that size; answers its digest."""
        fid, name = self.parent(who, path)
        digest = hashlib.sha256()
        step = self.msize - 24
        try:
            self.call(14, struct.pack("<I", fid) + text(name) + struct.pack("<III", os.O_RDWR | os.O_CREAT, 0o644, 0))
            for at in range(0, size, step):
                part = block(at, min(step, size - at))
                digest.update(part)
                self.put(fid, at, part)
        finally:
            self.clunk(fid)
        return digest.hexdigest()

    def digest(self, who, path):
        fid = self.open(who, path, os.O_RDONLY)
        digest = hashlib.sha256()
        try:
            for part in self.chunks(fid):
                digest.update(part)
        finally:
            self.clunk(fid)
        return digest.hexdigest()

    def many(self, who, path, count):
        """Writes small files, numbered, that hold their number; answers one digest of all."""
        digest = hashlib.sha256()
        for number in range(count):
            self.create(who, f"{path}/{number:05}", f"{number}\n")
            digest.update(f"{number}\n".encode())
        return digest.hexdigest()

    def digest_all(self, who, path):
        digest = hashlib.sha256()
        for name in self.list(who, path):
            digest.update(self.read(who, f"{path}/{name}").encode())
        return digest.hexdigest()


def block(at, size):
    return (hashlib.sha256(str(at).encode()).digest() * (size // 32 + 1))[:size]


def text(value):
    data = value.encode()
    return struct.pack("<H", len(data)) + data


def main():
    source = (sys.argv[3], 0) if len(sys.argv) > 3 else None
    answers, session = [], None
    operations = json.load(sys.stdin)
    for name, *arguments in operations:
        try:
            session = session or Session(sys.argv[1], int(sys.argv[2]), source)
            answers.append(getattr(session, name)(*arguments))
        except Refused as refused:
            answers.append({"errno": str(refused)})
        except OSError as error:
            answers.append({"errno": errno.errorcode.get(error.errno, "ECONNRESET") if error.errno else "ECONNRESET"})
            answers += [{"errno": "ECONNRESET"}] * (len(operations) - len(answers))
            break
    json.dump(answers, sys.stdout)


main()
