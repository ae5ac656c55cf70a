import type { Service } from './contract.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { tesseract } from './tesseract.ts'

/** The services that tests may use. */
export const services: readonly Service[] = [postgres, redis, tesseract]
