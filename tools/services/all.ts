import type { Service } from './contract.ts'
import { postgres } from './postgres.ts'

/** The services that tests may use. */
export const services: readonly Service[] = [postgres]
