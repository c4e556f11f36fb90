export type { Checksum } from '../domain/record/checksum.ts';
