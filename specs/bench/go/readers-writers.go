// The stateful goroutine: one goroutine owns a map, readers and writers ask it by messages. It runs for some seconds
// and prints how many operations there were.
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"sync/atomic"
	"time"
)

type readOp struct {
	key  int
	resp chan int
}

type writeOp struct {
	key   int
	value int
	resp  chan bool
}

func main() {
	readers := flag.Int("readers", 100, "how many goroutines read")
	writers := flag.Int("writers", 10, "how many goroutines write")
	pause := flag.Duration("pause", time.Millisecond, "how long each waits after an operation; 0 for not at all")
	seconds := flag.Float64("seconds", 1, "how long it runs")
	flag.Parse()

	var readOps, writeOps uint64
	reads := make(chan readOp)
	writes := make(chan writeOp)

	go func() {
		state := make(map[int]int)
		for {
			select {
			case read := <-reads:
				read.resp <- state[read.key]
			case write := <-writes:
				state[write.key] = write.value
				write.resp <- true
			}
		}
	}()

	for i := 0; i < *readers; i++ {
		go func() {
			for {
				read := readOp{key: rand.Intn(5), resp: make(chan int)}
				reads <- read
				<-read.resp
				atomic.AddUint64(&readOps, 1)
				if *pause > 0 {
					time.Sleep(*pause)
				}
			}
		}()
	}
	for i := 0; i < *writers; i++ {
		go func() {
			for {
				write := writeOp{key: rand.Intn(5), value: rand.Intn(100), resp: make(chan bool)}
				writes <- write
				<-write.resp
				atomic.AddUint64(&writeOps, 1)
				if *pause > 0 {
					time.Sleep(*pause)
				}
			}
		}()
	}

	time.Sleep(time.Duration(*seconds * float64(time.Second)))
	fmt.Println("readOps:", atomic.LoadUint64(&readOps))
	fmt.Println("writeOps:", atomic.LoadUint64(&writeOps))
}
