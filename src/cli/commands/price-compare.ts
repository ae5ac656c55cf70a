import type { Command } from 'commander'
export function addPriceCompare(_: Command): void {}
