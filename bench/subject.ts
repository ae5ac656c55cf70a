/** The measured processes: how each is started, and what it leaves behind. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  auditStore,
  type LedgerAudit,
  ledgerLines,
  ledgerTotals,
  type StoreAudit,
} from './audit.ts'
import { startScript } from './children.ts'
import { UPSTREAM_KEY } from './exchange.ts'
import { ADMIN_KEY, startGateway } from './gateway.ts'
import type { PictureKind } from './pictures.ts'

/** All subjects in the order of the tables. */
export const subjectNames = ['direct', 'pipe', 'store-fast', 'store-fast-sync', 'gateway'] as const

/** See README.md for what each of them is. */
export type SubjectName = (typeof subjectNames)[number]

/** What a subject left on disk; null for subjects that keep nothing. */
export interface SubjectAudit {
  readonly store: StoreAudit
  readonly ledger: LedgerAudit | null
}

/** A started subject. */
export interface Subject {
  readonly origin: string
  readonly bearer: string
  /** Null for `direct`, where there is no process between client and upstream. */
  readonly pid: number | null
  stop(): Promise<void>
  /** To be called after `stop`. */
  audit(): Promise<SubjectAudit | null>
}

/** Where and against what a subject is started. */
export interface SubjectPlace {
  readonly upstreamPort: number
  /** An empty folder of its own. */
  readonly home: string
  readonly kind: PictureKind
}

/** How long a reference may take to listen. */
const START_LIMIT_MS = 15_000

/** Starts a subject and waits until it can be asked. */
export async function startSubject(name: SubjectName, place: SubjectPlace): Promise<Subject> {
  if (name === 'direct') return direct(place)
  if (name === 'gateway') return gateway(place)
  if (name === 'pipe') return reference('references/pipe.ts', place, {}, async () => null)
  return reference(
    'references/store-fast.ts',
    place,
    { sync: name !== 'store-fast' },
    async () => ({
      store: await auditStore(join(place.home, 'images'), place.kind),
      ledger: await ledgerLines(join(place.home, 'ledger.jsonl')),
    }),
  )
}

function direct(place: SubjectPlace): Subject {
  return {
    origin: originOf(place.upstreamPort),
    bearer: UPSTREAM_KEY,
    pid: null,
    stop: async () => undefined,
    audit: async () => null,
  }
}

async function reference(
  script: string,
  place: SubjectPlace,
  extra: Record<string, unknown>,
  audit: Subject['audit'],
): Promise<Subject> {
  const { upstreamPort, home } = place
  mkdirSync(home, { recursive: true })
  const child = startScript(script, { upstreamPort, home, ...extra })
  const { port } = await child.next<{ port: number }>(START_LIMIT_MS)
  return {
    origin: originOf(port),
    bearer: UPSTREAM_KEY,
    pid: child.pid,
    stop: () => child.stop(),
    audit,
  }
}

async function gateway(place: SubjectPlace): Promise<Subject> {
  const { port, pid, stop } = await startGateway(place)
  return {
    origin: originOf(port),
    bearer: ADMIN_KEY,
    pid,
    stop,
    audit: async () => ({
      store: await auditStore(join(place.home, 'images'), place.kind),
      ledger: ledgerTotals(join(place.home, 'keeprate.db')),
    }),
  }
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`
}
