package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which task hosts which workers: together where their shards lie, and about as many in each. */
final class WorkerGroups {
  private WorkerGroups() {}

  /**
   * Groups of workers, one for each task, none empty.
   *
   * @param homes of the workers' shards, in worker order; empty where nobody knows
   * @param tasks at most as many as workers
   */
  static List<List<Integer>> of(List<String> homes, int tasks) {
    Map<String, List<Integer>> byHome = new TreeMap<>();
    for (int worker = 0; worker < homes.size(); worker++) {
      byHome.computeIfAbsent(homes.get(worker), absent -> new ArrayList<>()).add(worker);
    }
    int most = (homes.size() + tasks - 1) / tasks;
    List<List<Integer>> groups = new ArrayList<>();
    for (List<Integer> together : byHome.values()) {
      for (int first = 0; first < together.size(); first += most) {
        int end = Math.min(first + most, together.size());
        groups.add(new ArrayList<>(together.subList(first, end)));
      }
    }
    while (groups.size() < tasks) {
      List<Integer> largest = Collections.max(groups, Comparator.comparingInt(List::size));
      List<Integer> half = largest.subList(largest.size() / 2, largest.size());
      groups.add(new ArrayList<>(half));
      half.clear();
    }
    while (groups.size() > tasks) {
      List<Integer> smallest = Collections.min(groups, Comparator.comparingInt(List::size));
      groups.remove(smallest);
      for (int worker : smallest) {
        Collections.min(groups, Comparator.comparingInt(List::size)).add(worker);
      }
    }
    groups.forEach(Collections::sort);
    return groups;
  }
}
