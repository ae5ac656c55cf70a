import type { StoredFile } from '../core/jobs/batch.ts'
import type { Instant } from '../core/time.ts'

/** Which files there are; their bytes lie in the image store. */
export interface FileStore {
  create(file: StoredFile): Promise<void>
  /** Undefined for an unknown file and for another tenant's alike. */
  file(id: string, tenant: string): Promise<StoredFile | undefined>
  /** Newest first; `after` is the id of the last one seen. */
  list(query: {
    readonly tenant: string
    readonly limit: number
    readonly purpose?: string
    readonly after?: string
  }): Promise<readonly StoredFile[]>
  /** Files whose time is over, of all tenants, the oldest first. */
  expired(query: { readonly now: Instant; readonly limit: number }): Promise<readonly StoredFile[]>
  /** Forgets a file. @returns whether no other file has the same bytes. */
  remove(file: StoredFile): Promise<boolean>
}
