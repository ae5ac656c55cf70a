import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { scopes as allScopes } from '../src/core/ledger/virtual-key.ts'
import type { GatewayEvent } from '../src/gateway/events.ts'
import { KeyRing } from '../src/gateway/key-ring.ts'
import { createApp } from '../src/http/app.ts'
import type { HttpContext } from '../src/http/context.ts'
import { createLinks } from '../src/http/links.ts'
import { createMetrics } from '../src/http/metrics.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
} from '../src/testing/gateway-stand.ts'
import { watchOf } from '../src/testing/watch-stand.ts'

/** A whole server in this process, with scripted providers and virtual time. */
export interface HttpStand extends Omit<GatewayStand, 'ask'> {
  readonly url: string
  /** Sends a request as `sk-here` of tenant `here`, unless the headers have another key. */
  ask(method: string, path: string, more?: Asked): Promise<Response>
  metrics(): Promise<string>
  clear(): Promise<void>
}

/** What a request has beside its path. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const scopes = ['images:read', 'images:write', 'models:read'] as const

/** How a server is set up. */
interface HttpStandOptions extends GatewayStandOptions, Pick<HttpContext, 'budgetStatus'> {}

/** Opens a server on a free port. */
async function openHttpStand(options: HttpStandOptions): Promise<HttpStand> {
  const stand = await openGatewayStand(options)
  const { gateway, stores, clock, hub } = stand
  const http = createSafeFetch()
  const metrics = createMetrics(gateway.deps)
  hub.listen((event: GatewayEvent) => metrics.onEvent(event))
  const parts = { keys: stores.keys, clock, sha256: gateway.deps.sha256 }
  const keyRing = new KeyRing(parts, [
    { secret: 'sk-here', principal: { keyId: 'key_here', tenant: 'here', scopes } },
    { secret: 'sk-admin', principal: { keyId: 'key_admin', tenant: 'ops', scopes: allScopes } },
    { secret: 'sk-there', principal: { keyId: 'key_there', tenant: 'there', scopes } },
  ])
  const app = await createApp(
    {
      gateway,
      keyRing,
      links: createLinks('secret'),
      priceWatch: watchOf(stand),
      metrics,
      http,
      version: '1.2.3',
      bodyExtension: true,
      instance: 'here',
      isSandbox: false,
      isLocal: true,
      ...(options.budgetStatus === undefined ? {} : { budgetStatus: options.budgetStatus }),
    },
    pino({ level: 'silent' }),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    ...stand,
    url,
    ask: (method, path, { headers = {}, body, signal } = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: 'Bearer sk-here',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }),
    metrics: () => metrics.print(),
    clear: async () => {
      await stand.close()
      await app.close()
      await http.close()
      await rm(stand.home, { recursive: true, force: true })
    },
  }
}

/** Lends a server to one test. */
export async function withHttpStand(
  options: HttpStandOptions,
  use: (stand: HttpStand) => Promise<void>,
): Promise<void> {
  const stand = await openHttpStand(options)
  try {
    await use(stand)
  } finally {
    await stand.clear()
  }
}
