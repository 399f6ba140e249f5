#!/usr/bin/env python3
"""A boss over XML-RPC (TLS, client certificates required) as ARCHITECTURE.md has the protocol, on Python's own server;
shares no code with the engine that it is asked by.

  boss.py DIR PORT [CHAOS_SEED]

DIR holds server.crt, server.key and ca.crt. In it are kept, for the test to read: `table.json`, what is given, by
experiment and node, and `calls`, a line for each call that was heard. What is said in `next.json` happens to the next
calls of a method, one each: {"benito.claim": ["drop"]}.

  fault:CODE:TEXT  nothing is done    drop     done, and the connection is closed without an answer
  status:NUMBER    nothing is done    late:S   S seconds later; whoever asked has perhaps gone
  close            nothing is done    hold:S   done, and answered S seconds later
  body:TEXT        done, and TEXT is answered; answer:JSON: done, and this value is

With CHAOS_SEED, calls for which nothing is said meet one of these at random, or none.
"""
import ipaddress
import json
import os
import random
import socketserver
import ssl
import sys
import threading
import time
import xmlrpc.client
import xmlrpc.server

FOLDER, PORT = sys.argv[1], int(sys.argv[2])
CHAOS = random.Random(int(sys.argv[3])) if len(sys.argv) > 3 else None
REFUSED, EXHAUSTED, UNKNOWN, LATE = 101, 102, 103, 104
POOL = [str(host) for host in ipaddress.ip_network('10.99.0.0/24').hosts()]

lock = threading.Lock()
table = {}
stamps = {}


class HangUp(Exception):
    """The connection is closed without an answer."""


class Status(Exception):
    """An HTTP status is answered."""


class Body(Exception):
    """A body that is none of ours is answered."""


def path(name):
    return os.path.join(FOLDER, name)


def save():
    with open(path('table.json.new'), 'w') as file:
        json.dump(table, file)
    os.replace(path('table.json.new'), path('table.json'))


def in_order(experiment, stamp):
    """A call that a later one has overtaken must not be carried out any more."""
    if stamp < stamps.get(experiment, ''):
        raise xmlrpc.client.Fault(LATE, 'a call of %s has been carried out' % stamps[experiment])
    stamps[experiment] = stamp


def leases(experiment, nodes):
    held = table.get(experiment, {})
    return [
        {'node': node, 'address': held[node], 'prefix': 24, 'mac': '06:00:0a:63:00:%02x' % int(held[node].split('.')[3])}
        for node in nodes
    ]


def claim(experiment, nodes, stamp):
    in_order(experiment, stamp)
    held = dict(table.get(experiment, {}))
    taken = {address for one in table.values() for address in one.values()}
    free = [address for address in POOL if address not in taken]
    for node in nodes:
        if node in held:
            continue
        if not free:
            raise xmlrpc.client.Fault(EXHAUSTED, 'all %d are given' % len(POOL))
        held[node] = free.pop(0)
    table[experiment] = held
    return leases(experiment, nodes)


def release(experiment, nodes, stamp):
    in_order(experiment, stamp)
    left = {node: address for node, address in table.get(experiment, {}).items() if node not in nodes}
    table[experiment] = left
    if not left:
        del table[experiment]
    return True


def listed(experiment):
    return leases(experiment, sorted(table.get(experiment, {})))


METHODS = {'benito.claim': claim, 'benito.release': release, 'benito.list': listed}


def behaviour(method):
    with lock:
        try:
            with open(path('next.json')) as file:
                coming = json.load(file)
        except FileNotFoundError:
            coming = {}
        said = coming.get(method, [])
        if said:
            first = said.pop(0)
            with open(path('next.json.new'), 'w') as file:
                json.dump(coming, file)
            os.replace(path('next.json.new'), path('next.json'))
            return first
        if CHAOS:
            return CHAOS.choice(['', '', '', 'drop', 'close', 'status:503', 'late:0.6', 'hold:0.6'])
        return ''


def dispatch(method, params):
    how, _, what = behaviour(method).partition(':')
    with lock, open(path('calls'), 'a') as file:
        file.write('%s %s %s\n' % (method, params[0], how))
    if how == 'fault':
        code, _, text = what.partition(':')
        raise xmlrpc.client.Fault(int(code), text)
    if how == 'status':
        raise Status(int(what))
    if how == 'close':
        raise HangUp
    if how == 'late':
        time.sleep(float(what))
    with lock:
        value = METHODS[method](*params)
        save()
    if how == 'drop':
        raise HangUp
    if how == 'hold':
        time.sleep(float(what))
    if how == 'body':
        raise Body(what)
    return json.loads(what) if how == 'answer' else value


class Server(socketserver.ThreadingMixIn, xmlrpc.server.SimpleXMLRPCServer):
    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = True

    def get_request(self):
        connection, address = super().get_request()
        # The handshake is the thread's, so that a slow client holds up nobody.
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        pass

    def _marshaled_dispatch(self, data, dispatch_method=None, path=None):
        params, method = xmlrpc.client.loads(data)
        try:
            return xmlrpc.client.dumps((dispatch(method, params),), methodresponse=True).encode()
        except xmlrpc.client.Fault as fault:
            return xmlrpc.client.dumps(fault, methodresponse=True).encode()


class Handler(xmlrpc.server.SimpleXMLRPCRequestHandler):
    rpc_paths = ('/boss',)

    def do_POST(self):
        try:
            length = int(self.headers['content-length'])
            answer = self.server._marshaled_dispatch(self.rfile.read(length))
        except HangUp:
            return
        except Status as status:
            return self.send_error(status.args[0])
        except Body as body:
            answer = body.args[0].encode()
        self.send_response(200)
        self.send_header('Content-Type', 'text/xml')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(path('server.crt'), path('server.key'))
context.load_verify_locations(path('ca.crt'))
context.verify_mode = ssl.CERT_REQUIRED

save()
server = Server(('127.0.0.1', PORT), Handler, logRequests=False)
print('ready', flush=True)
server.serve_forever()
