// What docs/configuration.md says before its tables.
export const CONFIGURATION_INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\`; a change here is lost. -->

A broker needs no configuration. What is set comes from four places; a later one goes before an earlier one.

1. A TOML file: \`kawadb serve --config kawa.toml\`.
2. The environment.
3. \`--set KEY=VALUE\`, as often as needed.
4. The flags \`--listen\`, \`--data-dir\` and \`--storage\`; in a program, the options of \`startBroker\`.

\`startBroker\` reads no environment.

## The file

The table \`[kafka]\` takes every key of Kafka under its own name, in quotes. The common ones have a short key beside it.

\`\`\`toml kawa.toml
[network]
bind_host = "127.0.0.1"
bind_port = 19092

[storage]
data_dir = "/var/lib/kawadb"
segment_size = "256MB"

[kafka]
"log.retention.ms" = "7d"
"num.partitions" = 3
\`\`\`

\`--set\` and the \`settings\` of \`startBroker\` take both kinds of name: \`--set network.bind_port=19092\`,
\`--set log.retention.ms=7d\`.

Numbers of bytes may be written as \`512k\`, \`256MB\` or \`1GiB\`; a unit counts in 1024s. Times may be written as \`500ms\`, \`30s\`,
\`15m\`, \`12h\`, \`7d\` or \`2w\`, whatever unit the key itself is in.

## The environment

A key of Kafka is \`KAFKA_\` and its name in capitals, with underscores: \`log.retention.ms\` is \`KAFKA_LOG_RETENTION_MS\`, as
Kafka's container image has it. A short key is \`KAWADB_\` and its path with two underscores between the parts:
\`network.bind_port\` is \`KAWADB_NETWORK__BIND_PORT\`. Names that begin with \`KAFKA_\` and are no key, as \`KAFKA_HEAP_OPTS\`, are
passed over; one that begins with \`KAWADB_\`, has two underscores in a row and is no key is an error.

## What is wrong, and what is set

\`kawadb config check FILE\` tells everything that is wrong with a file: the line, the value, what is allowed, and the nearest
key where a name is not known. A broker that is started with such a configuration tells the same and ends with code 78.
\`kawadb config show --changed\` tells the values that differ from the default and where each comes from;
[command-line.md](command-line.md) has examples.`;
