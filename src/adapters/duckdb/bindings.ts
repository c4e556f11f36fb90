import duckdb from '@duckdb/node-bindings';

// The engine's C interface: the typed one above it has no way to write a whole column at once.
export { duckdb };

export type Vector = ReturnType<typeof duckdb.data_chunk_get_vector>;
