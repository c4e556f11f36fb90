// Every record of `__consumer_offsets`.
export * from './classic-group.ts';
export * from './consumer-group.ts';
export * from './share-group.ts';
export * from './streams-group.ts';
