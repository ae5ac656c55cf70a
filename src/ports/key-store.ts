import type { KeyRights, VirtualKey } from '../core/ledger/virtual-key.ts'
import type { Instant } from '../core/time.ts'

/** What a rotation changes of a key. */
export type NewSecret = Required<Pick<VirtualKey, 'digest' | 'prefix' | 'lastFour' | 'former'>>

/** Virtual keys. Nothing is remembered: what is changed is seen by every process at once. */
export interface KeyStore {
  create(key: VirtualKey): Promise<void>
  /** By the secret in use, or by the one before it. */
  byDigest(digest: string): Promise<VirtualKey | undefined>
  byId(id: string): Promise<VirtualKey | undefined>
  list(): Promise<readonly VirtualKey[]>
  /** Replaces what its holder may do. False when there is no such key or it was revoked. */
  update(id: string, rights: KeyRights): Promise<boolean>
  /** Replaces the secret; false when it is not `former.digest` any more, or was revoked. */
  rotate(id: string, secret: NewSecret): Promise<boolean>
  /** False when there is no such key or it was revoked before. */
  revoke(id: string, at: Instant): Promise<boolean>
}
