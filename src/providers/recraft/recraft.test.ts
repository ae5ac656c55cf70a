import { testProvider } from '../../testing/test-provider.ts'
import recraft from './index.ts'
import emulator from './sandbox.ts'

testProvider(recraft, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
