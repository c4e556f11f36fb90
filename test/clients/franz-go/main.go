// A franz-go client with its defaults: creates a topic, produces, consumes in a group, commits, and checks what came back;
// or copies a topic exactly once. Arguments: bootstrap servers, topic, and "transactions" for the latter.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const recordCount = 500

func main() {
	program := run
	if len(os.Args) > 3 && os.Args[3] == "transactions" {
		program = runTransactions
	}
	if err := program(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(bootstrap, topic string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	producer, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return err
	}
	defer producer.Close()
	admin := kadm.NewClient(producer)
	if _, err := admin.CreateTopic(ctx, 3, 1, nil, topic); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	for i := range recordCount {
		record := &kgo.Record{
			Key:     []byte(fmt.Sprintf("key-%d", i)),
			Value:   []byte(fmt.Sprintf("value-%d", i)),
			Headers: []kgo.RecordHeader{{Key: "number", Value: []byte(fmt.Sprint(i))}},
		}
		producer.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err != nil {
				fmt.Fprintln(os.Stderr, "produce:", err)
				os.Exit(1)
			}
		})
	}
	if err := producer.Flush(ctx); err != nil {
		return err
	}
	group := topic + "-group"
	seen, err := consume(ctx, bootstrap, topic, group, recordCount)
	if err != nil {
		return err
	}
	if len(seen) != recordCount {
		return fmt.Errorf("consumed %d different records of %d", len(seen), recordCount)
	}
	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil {
		return err
	}
	var total int64
	committed.Each(func(o kadm.OffsetResponse) { total += o.At })
	if total != recordCount {
		return fmt.Errorf("committed offsets add up to %d, not %d", total, recordCount)
	}
	return nil
}

func consume(ctx context.Context, bootstrap, topic, group string, count int) (map[string]bool, error) {
	consumer, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
	)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	seen := map[string]bool{}
	for len(seen) < count {
		fetches := consumer.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("consumed %d of %d: %w", len(seen), count, err)
		}
		fetches.EachError(func(t string, p int32, err error) { fmt.Fprintln(os.Stderr, "fetch:", t, p, err) })
		fetches.EachRecord(func(r *kgo.Record) {
			if len(r.Headers) != 1 || "value-"+string(r.Headers[0].Value) != string(r.Value) {
				fmt.Fprintln(os.Stderr, "wrong record", string(r.Key), string(r.Value))
				os.Exit(1)
			}
			seen[string(r.Value)] = true
		})
	}
	return seen, consumer.CommitUncommittedOffsets(ctx)
}
