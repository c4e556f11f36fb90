package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Consumes a topic in a group and produces what it read to another in transactions that hold the offsets; every third
// transaction is aborted and done again.
func runTransactions(bootstrap, prefix string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	source, target, group := prefix+"-source", prefix+"-target", prefix+"-group"
	producer, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.DefaultProduceTopic(source))
	if err != nil {
		return err
	}
	defer producer.Close()
	admin := kadm.NewClient(producer)
	if _, err := admin.CreateTopics(ctx, 3, 1, nil, source, target); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	for i := range recordCount {
		producer.Produce(ctx, kgo.StringRecord(fmt.Sprint(i)), nil)
	}
	if err := producer.Flush(ctx); err != nil {
		return err
	}
	if err := copyTopic(ctx, bootstrap, source, target, group); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	total, err := stableOffsets(ctx, admin, group)
	if err != nil {
		return fmt.Errorf("committed offsets: %w", err)
	}
	if total != recordCount {
		return fmt.Errorf("committed offsets add up to %d, not %d", total, recordCount)
	}
	return checkCommitted(ctx, bootstrap, target)
}

func copyTopic(ctx context.Context, bootstrap, source, target, group string) error {
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(bootstrap),
		kgo.TransactionalID(group+"-copier"),
		kgo.DefaultProduceTopic(target),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(source),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
	)
	if err != nil {
		return err
	}
	defer session.Close()
	for done, round := 0, 0; done < recordCount; round++ {
		fetches := session.PollRecords(ctx, 50)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("copied %d: %w", done, err)
		}
		if err := session.Begin(); err != nil {
			return err
		}
		isCommit := round%3 != 0
		fetches.EachRecord(func(r *kgo.Record) {
			value := "done-" + string(r.Value)
			if !isCommit {
				value = "never-" + string(r.Value)
			}
			session.Produce(ctx, kgo.StringRecord(value), nil)
		})
		committed, err := session.End(ctx, kgo.TransactionEndTry(isCommit))
		if err != nil {
			return err
		}
		if committed {
			done += fetches.NumRecords()
		}
	}
	return nil
}

// Adds up the committed offsets. Those of the last transaction have to wait for its marker, which is an error until then.
func stableOffsets(ctx context.Context, admin *kadm.Client, group string) (int64, error) {
	for {
		committed, err := admin.FetchOffsets(kadm.RequireStable(ctx), group)
		if err != nil {
			return 0, err
		}
		if err := committed.Error(); err == nil {
			var total int64
			committed.Each(func(o kadm.OffsetResponse) { total += o.At })
			return total, nil
		} else if !errors.Is(err, kerr.UnstableOffsetCommit) || ctx.Err() != nil {
			return 0, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func checkCommitted(ctx context.Context, bootstrap, target string) error {
	reader, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap),
		kgo.ConsumeTopics(target),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	if err != nil {
		return err
	}
	defer reader.Close()
	seen := map[string]int{}
	for len(seen) < recordCount {
		fetches := reader.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read %d of %d: %w", len(seen), recordCount, err)
		}
		fetches.EachRecord(func(r *kgo.Record) { seen[string(r.Value)]++ })
	}
	for i := range recordCount {
		if value := fmt.Sprintf("done-%d", i); seen[value] != 1 {
			return fmt.Errorf("%s is there %d times", value, seen[value])
		}
	}
	return nil
}
